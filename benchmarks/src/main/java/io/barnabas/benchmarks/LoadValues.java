package io.barnabas.benchmarks;

import io.barnabas.benchmarks.load.LoadResult;
import io.barnabas.benchmarks.load.ProcessMeter;
import java.util.EnumMap;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** What a load came to, as values of a reading. */
final class LoadValues {
    private static final double MIB = 1 << 20;
    private static final double GIB = 1 << 30;

    private LoadValues() {}

    /** @param used by the broker meanwhile; null when its process is not known */
    static Map<Value, Double> of(LoadResult result, ProcessMeter.Reading used) {
        var values = new EnumMap<Value, Double>(Value.class);
        values.put(Value.REQUESTS_PER_SECOND, result.requestsPerSecond());
        values.put(Value.MIB_PER_SECOND, result.bytesPerSecond() / MIB);
        values.put(Value.GENERATOR_US, result.ownCpuNs() / 1e3 / result.requestCount());
        addLatency(values, result.latencyNs());
        if (result.latenessNs().getTotalCount() > 0) values.put(Value.LATENESS_P99_US, us(result.latenessNs(), 99));
        if (used != null) {
            addUsed(values, used, result.requestCount());
            if (result.byteCount() > 0) values.put(Value.CPU_SECONDS_PER_GIB, cpuSeconds(used) / (result.byteCount() / GIB));
        }
        return values;
    }

    static void addLatency(Map<Value, Double> values, Histogram latencyNs) {
        values.put(Value.P50_US, us(latencyNs, 50));
        values.put(Value.P90_US, us(latencyNs, 90));
        values.put(Value.P99_US, us(latencyNs, 99));
        values.put(Value.P999_US, us(latencyNs, 99.9));
        values.put(Value.P9999_US, us(latencyNs, 99.99));
        values.put(Value.MAX_US, latencyNs.getMaxValue() / 1e3);
    }

    static void addUsed(Map<Value, Double> values, ProcessMeter.Reading used, long requestCount) {
        values.put(Value.CPU_US, cpuSeconds(used) * 1e6 / requestCount);
        if (cpuSeconds(used) > 0) values.put(Value.REQUESTS_PER_CPU_SECOND, requestCount / cpuSeconds(used));
        values.put(Value.USER_US, used.userSeconds() * 1e6 / requestCount);
        values.put(Value.SYSTEM_US, used.systemSeconds() * 1e6 / requestCount);
        values.put(Value.CONTEXT_SWITCHES, used.contextSwitches() / (double) requestCount);
        values.put(Value.RESIDENT_MB, used.residentKb() / 1024.0);
    }

    static double us(Histogram ns, double percentile) {
        return ns.getValueAtPercentile(percentile) / 1e3;
    }

    /** To a hundredth of a second, threads that have ended included. */
    static double cpuSeconds(ProcessMeter.Reading used) {
        return used.userSeconds() + used.systemSeconds();
    }
}
