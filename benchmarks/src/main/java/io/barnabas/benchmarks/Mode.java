package io.barnabas.benchmarks;

/**
 * How long and how often each thing is measured.
 *
 * @param repetitions     readings of each load per pass
 * @param mibPerReading   what one reading of a large load writes
 * @param restSeconds     most that is waited for what went before: for the disk, for background flushes before idling, for deleted files to be forgotten
 * @param kafkaPartitions Apache Kafka's most partitions, since it takes long with more
 * @param restartMib      what lies in the logs when a broker with most partitions is killed
 * @param secondsMax      for one step of Apache Kafka that takes long
 * @param totalSecondsMax after which nothing more is begun
 */
record Mode(String name, double warmUpSeconds, double seconds, int repetitions, int mibPerReading, double restSeconds, double idleSeconds,
        int startCount, int kafkaPartitions, int restartMib, boolean restartsKafka, double secondsMax, double totalSecondsMax) {
    static final Mode FULL = new Mode("full", 5, 5, 5, 1024, 75, 60, 5, 5_000, 10 << 10, true, 600, Double.MAX_VALUE);
    static final Mode QUICK = new Mode("quick", 1, 1.5, 1, 256, 5, 10, 2, 1_000, 1 << 10, false, 60, 510);

    /** The same with other durations and counts; 0 leaves one as it is. */
    Mode with(double seconds, int repetitions) {
        return new Mode(name, seconds > 0 ? Math.min(warmUpSeconds, seconds) : warmUpSeconds, seconds > 0 ? seconds : this.seconds,
                repetitions > 0 ? repetitions : this.repetitions, mibPerReading, restSeconds, idleSeconds, startCount, kafkaPartitions, restartMib,
                restartsKafka, secondsMax, totalSecondsMax);
    }
}
