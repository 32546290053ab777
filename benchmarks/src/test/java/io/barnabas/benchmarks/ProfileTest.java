package io.barnabas.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ProfileTest {
    @Test
    void callsAreCountedFromASummaryOfStrace() {
        String summary = """
                % time     seconds  usecs/call     calls    errors syscall
                ------ ----------- ----------- --------- --------- ----------------
                 60.00    0.200000           2    100000           read
                 40.00    0.100000           2     50000        19 futex
                ------ ----------- ----------- --------- --------- ----------------
                100.00    0.300000           2    150000        19 total
                """;
        assertThat(Profile.countedCalls(summary)).isEqualTo(150_000);
        assertThat(Profile.countedCalls(summary.replace("        19 total", "           total").replace("           2    150000", "                150000"))).isEqualTo(150_000);
        assertThatThrownBy(() -> Profile.countedCalls("")).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void allocationIsSummedOverThreads() {
        assertThat(Profile.sumAllocated("""
                "main" #1 prio=5 os_prio=0 cpu=100.12ms elapsed=1.00s allocated=12K defined_classes=4 tid=0x1 nid=0x2
                "loop" #2 prio=5 os_prio=0 cpu=10.12ms elapsed=1.00s allocated=3M defined_classes=4 tid=0x1 nid=0x2
                "idle" #3 prio=5 os_prio=0 cpu=10.12ms elapsed=1.00s allocated=40B defined_classes=4 tid=0x1 nid=0x2
                "VM Thread" os_prio=0 cpu=1.00ms elapsed=1.00s tid=0x1
                """)).isEqualTo((12 << 10) + (3 << 20) + 40);
    }
}
