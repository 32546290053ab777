package io.barnabas.benchmarks;

/** What a value of Barnabas is to reach. */
sealed interface Goal {
    record AtMost(double bound) implements Goal {}

    record AtLeast(double bound) implements Goal {}

    /** So many times better than Apache Kafka in the same run, whichever direction is better. */
    record TimesBetter(double bound) implements Goal {}

    record None() implements Goal {}

    Goal NONE = new None();

    static Goal atMost(double bound) {
        return new AtMost(bound);
    }

    static Goal atLeast(double bound) {
        return new AtLeast(bound);
    }

    static Goal timesBetter(double bound) {
        return new TimesBetter(bound);
    }

    /** @param timesBetter than Apache Kafka; NaN when that is not known, and then such a goal is not reached */
    default boolean isReached(double value, double timesBetter) {
        if (this instanceof AtMost atMost) return value <= atMost.bound;
        if (this instanceof AtLeast atLeast) return value >= atLeast.bound;
        if (this instanceof TimesBetter times) return timesBetter >= times.bound;
        if (this instanceof None) return true;
        throw new AssertionError(this);
    }

    default String text() {
        if (this instanceof AtMost atMost) return "<= " + Numbers.text(atMost.bound);
        if (this instanceof AtLeast atLeast) return ">= " + Numbers.text(atLeast.bound);
        if (this instanceof TimesBetter times) return Numbers.text(times.bound) + "x better";
        if (this instanceof None) return "";
        throw new AssertionError(this);
    }
}
