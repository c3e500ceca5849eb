package io.flowdb.boot.data.ten;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.boot.test.DataFlowDbTest;
import io.flowdb.data.repository.FlowDbRepository;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.springframework.context.ApplicationContext;
import org.springframework.test.context.TestContextManager;

/** The context of a data test: ten repositories within a second of processor time, once the JVM is warm. */
class SliceSpeedTest {
    private static final int CONTEXTS = 6;
    private static final double LIMIT_MILLIS = 1000;

    @Test
    void context_ofTenRepositories_startsWithinASecond() throws Exception {
        double best = Double.MAX_VALUE;
        for (int i = 0; i < CONTEXTS; i++) {
            TestContextManager test = new TestContextManager(Slice.class);
            long start = processorNanos();
            ApplicationContext context = test.getTestContext().getApplicationContext();
            double millis = (processorNanos() - start) / 1e6;
            System.out.printf("context %d of ten repositories: %.0f ms%n", i + 1, millis);
            assertThat(context.getBeansOfType(FlowDbRepository.class)).hasSize(10);
            assertThat(context.getBean(R9Repository.class).count()).isZero();
            test.getTestContext().markApplicationContextDirty(null);
            best = i == 0 ? best : Math.min(best, millis); // the first warms up
        }
        assertThat(best).isLessThan(LIMIT_MILLIS);
    }

    private static long processorNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    @DataFlowDbTest
    static class Slice {}
}
