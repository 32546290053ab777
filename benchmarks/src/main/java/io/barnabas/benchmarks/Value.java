package io.barnabas.benchmarks;

/** What a reading can tell: its unit is at the end of the name. Requests of a load are those of its kind: produce, fetch or commit. */
enum Value {
    CPU_US("CPU per request, us", Better.LESS),
    USER_US("of it user, us", Better.LESS),
    SYSTEM_US("of it kernel, us", Better.LESS),
    CONTEXT_SWITCHES("context switches per request", Better.LESS),
    SYSTEM_CALLS("system calls per request", Better.LESS),
    ALLOCATED_BYTES("heap allocated per request, B", Better.LESS),
    REQUESTS_PER_SECOND("requests/s", Better.MORE),
    REQUESTS_PER_CPU_SECOND("requests per CPU-s", Better.MORE),
    CPU_SECONDS_PER_GIB("CPU-s per GiB", Better.LESS),
    MIB_PER_SECOND("MiB/s", Better.MORE),
    P50_US("p50, us", Better.LESS),
    P90_US("p90, us", Better.LESS),
    P99_US("p99, us", Better.LESS),
    P999_US("p99.9, us", Better.LESS),
    P9999_US("p99.99, us", Better.LESS),
    MAX_US("worst, us", Better.LESS),
    GENERATOR_US("the generator's own CPU per request, us", Better.LESS),
    LATENESS_P99_US("the generator's lateness, p99, us", Better.LESS),
    P50_SYNCS("p50, in syncs of the disk", Better.LESS),
    WALL_SECONDS("wall, s", Better.LESS),
    CPU_SECONDS("CPU-s", Better.LESS),
    CPU_PERCENT("CPU, % of a core", Better.LESS),
    RESIDENT_MB("resident, MB", Better.LESS),
    PEAK_RESIDENT_MB("resident at most, MB", Better.LESS),
    GROWN_MB("of it more than before, MB", Better.LESS),
    OPEN_FILES("open files", Better.LESS),
    CPU_TIMES_FEW("CPU, times that of 6 partitions", Better.LESS),
    RATE_TIMES_FEW("rate, times that of 6 partitions", Better.MORE),
    SIZE_MB("size, MB", Better.LESS),
    MB_PER_MINUTE("growth of resident memory, MB/min", Better.LESS),
    P999_TIMES_FIRST("p99.9, last sixth to first sixth", Better.LESS),
    P50_TIMES_ALONE("p50, times that alone", Better.LESS),
    P99_TIMES_ALONE("p99, times that alone", Better.LESS),
    P999_TIMES_ALONE("p99.9, times that alone", Better.LESS),
    READERS_MIB_PER_SECOND("readers of old data, MiB/s", Better.MORE),
    DISK_MIB_PER_SECOND("read from the disk, MiB/s", Better.LESS),
    TRANSACTIONS_PER_SECOND("transactions/s", Better.MORE),
    TRANSACTION_CPU_US("CPU per transaction, us", Better.LESS),
    LOADING_SECONDS("of it for the groups, s", Better.LESS),
    LOADING_CPU_SECONDS("of it for the groups, CPU-s", Better.LESS),
    LIVE_HEAP_MB("of it live heap, MB", Better.LESS),
    RESIDENT_KB_PER_GROUP("resident per group, KB", Better.LESS),
    HEAP_KB_PER_GROUP("live heap per group, KB", Better.LESS);

    private enum Better { LESS, MORE }

    private final String text;
    private final Better better;

    Value(String text, Better better) {
        this.text = text;
        this.better = better;
    }

    String text() {
        return text;
    }

    /** How many times better {@code ours} is than {@code theirs}; NaN when one of them is not known. */
    double timesBetter(double ours, double theirs) {
        return better == Better.LESS ? theirs / ours : ours / theirs;
    }
}
