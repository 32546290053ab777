package io.barnabas.benchmarks;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Map;

/**
 * One reading of one load: a line of the raw results.
 *
 * @param pass        0 for the first turn of a side, 1 for its second
 * @param repetition  from 0 within a pass
 * @param startedAt   ISO-8601, UTC
 * @param loadAverage of the machine over one minute, before the reading; what was measured just before is in it too
 * @param otherCores  cores kept busy meanwhile by others than this run and its brokers
 * @param values      what was read; empty when it failed
 * @param failure     why there are no values; null when there are
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Cell(Key key, int pass, int repetition, String startedAt, double loadAverage, double otherCores, Map<Value, Double> values,
        String failure) {
    boolean failed() {
        return failure != null;
    }
}
