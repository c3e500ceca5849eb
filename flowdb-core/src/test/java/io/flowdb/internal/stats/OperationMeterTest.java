package io.flowdb.internal.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Exact counts, sampled times. */
class OperationMeterTest {

    @Test
    void operations_ofOneThread_areCountedAndOneInEightTimed() {
        OperationMeter meter = new OperationMeter(8);
        for (int i = 0; i < 80; i++) {
            long start = meter.begin();
            assertThat(start != 0).isEqualTo(i % 8 == 0);
            meter.end(start, 2, 10);
        }
        assertThat(meter.operations()).isEqualTo(80);
        assertThat(meter.records()).isEqualTo(160);
        assertThat(meter.bytes()).isEqualTo(800);
        assertThat(meter.latency().count()).isEqualTo(10);
        assertThat(meter.latency().maxNanos()).isPositive();
    }

    @Test
    void operations_ofManyThreads_areAllCounted() throws InterruptedException {
        OperationMeter meter = new OperationMeter(64);
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 20; t++) {
            threads.add(new Thread(() -> {
                for (int i = 0; i < 10_000; i++) {
                    meter.end(meter.begin(), 1, 3);
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(meter.operations()).isEqualTo(200_000);
        assertThat(meter.records()).isEqualTo(200_000);
        assertThat(meter.bytes()).isEqualTo(600_000);
        assertThat(meter.latency().count()).isBetween(200_000L / 64, 200_000L / 64 + 16);
    }

    @Test
    void period_thatIsNoPowerOfTwo_isRefused() {
        assertThatThrownBy(() -> new OperationMeter(12)).isInstanceOf(IllegalArgumentException.class);
    }
}
