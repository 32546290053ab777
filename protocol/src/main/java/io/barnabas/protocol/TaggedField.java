package io.barnabas.protocol;

import java.util.Arrays;

/**
 * A tagged field that the reader did not know.
 *
 * @param bytes its own copy of the value, not changed by anybody
 */
public record TaggedField(int tag, byte[] bytes) {
    @Override
    public boolean equals(Object other) {
        return other instanceof TaggedField field && tag == field.tag && Arrays.equals(bytes, field.bytes);
    }

    @Override
    public int hashCode() {
        return 31 * tag + Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return tag + "=<" + bytes.length + " bytes>";
    }
}
