package io.barnabas.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** What other people's tools print is understood. */
class ToolTest {
    @Test
    void theProducersSumIsItsLastLine() {
        String output = """
                9999 records sent, 1999.8 records/sec (0.19 MB/sec), 5.2 ms avg latency, 320.00 ms max latency.
                9000 records sent, 4900.0 records/sec (0.47 MB/sec), 9.00 ms avg latency, 9.00 ms max latency, 1 ms 50th, 2 ms 95th, 3 ms 99th, 4 ms 99.9th.
                20000 records sent, 4976.362279 records/sec (0.47 MB/sec), 214.58 ms avg latency, 763.00 ms max latency, 3 ms 50th, 709 ms 95th, 750 ms 99th, 762 ms 99.9th.
                """;
        assertThat(Tool.numbers("p", Tool.KafkaPerf.PRODUCED, output)).containsExactly(20_000, 4_976.362279, 3, 750);
    }

    @Test
    void theConsumersLineTellsRecordsAndTheTimeOfFetching() {
        String output = """
                start.time, end.time, data.consumed.in.MB, MB.sec, data.consumed.in.nMsg, nMsg.sec, rebalance.time.ms, fetch.time.ms, fetch.MB.sec, fetch.nMsg.sec
                2026-11-21 15:12:09:427, 2026-11-21 15:12:14:481, 457.7637, 90.5746, 480000, 94974.2778, 3021, 2033, 225.1665, 236104.2794
                """;
        assertThat(Tool.numbers("c", Tool.KafkaPerf.CONSUMED, output)).containsExactly(480_000, 2_033);
    }

    @Test
    void librdkafkasSumIsItsLastLine() {
        assertThat(Tool.numbers("p", Tool.Rdkafka.PRODUCED, """
                % 200000 messages produced (200000000 bytes), 172848 delivered (offset 221509, 0 failed) in 1000ms: 172830 msgs/s and 172.83 MB/s, 760 produce failures, 27152 in queue, no compression
                % 200000 messages produced (200000000 bytes), 200000 delivered (offset 248661, 0 failed) in 1083ms: 184610 msgs/s and 184.61 MB/s, 760 produce failures, 0 in queue, no compression
                """)).containsExactly(200_000, 1_083);
        assertThat(Tool.numbers("c", Tool.Rdkafka.CONSUMED, """
                % 0 messages (0 bytes) consumed in 0ms: 0 msgs/s (0.00 MB/s)
                % 200326 messages (156530200 bytes) consumed in 419ms: 477842 msgs/s (373.38 MB/s)
                """)).containsExactly(200_326, 156_530_200, 419);
    }

    @Test
    void aToolThatSaysSomethingElseIsQuoted() {
        assertThatThrownBy(() -> Tool.numbers("p", Tool.KafkaPerf.PRODUCED, "no brokers")).isInstanceOf(LoadException.class)
                .hasMessageContaining("no brokers");
    }
}
