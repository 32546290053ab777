package io.barnabas.benchmarks;

/** One line of the table: a value of a load, and what it is to reach. */
record Row(Value value, Goal goal) {
    static Row of(Value value) {
        return new Row(value, Goal.NONE);
    }

    static Row of(Value value, Goal goal) {
        return new Row(value, goal);
    }
}
