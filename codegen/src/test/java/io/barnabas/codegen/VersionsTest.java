package io.barnabas.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class VersionsTest {
    private static final Versions ZERO_TO_NINE = Versions.parse("0-9");

    @Test
    void textIsReadAndPrinted() {
        for (var text : new String[] {"none", "3", "3-7", "3+", "0+"}) assertEquals(text, Versions.parse(text).toString());
        assertEquals("1-2, 5+", Versions.parse("1-2").or(Versions.parse("5+")).toString());
    }

    @Test
    void conditionsAskOnlyWhatIsNotKnown() {
        assertEquals("true", Versions.parse("0+").condition(ZERO_TO_NINE));
        assertEquals("false", Versions.parse("10+").condition(ZERO_TO_NINE));
        assertEquals("version >= 4", Versions.parse("4+").condition(ZERO_TO_NINE));
        assertEquals("version <= 3", Versions.parse("0-3").condition(ZERO_TO_NINE));
        assertEquals("version >= 2 && version <= 5", Versions.parse("2-5").condition(ZERO_TO_NINE));
        assertEquals("version == 5", Versions.parse("5").condition(ZERO_TO_NINE));
        assertEquals("version <= 1 || version >= 8", Versions.parse("0-1").or(Versions.parse("8+")).condition(ZERO_TO_NINE));
    }

    @Test
    void impossibleVersionsDoNotSplitARange() {
        var possible = Versions.parse("0-2").or(Versions.parse("5-9"));
        assertEquals("version <= 6", Versions.parse("0-2").or(Versions.parse("5-6")).condition(possible));
    }
}
