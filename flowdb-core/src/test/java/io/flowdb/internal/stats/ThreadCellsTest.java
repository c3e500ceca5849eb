package io.flowdb.internal.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class ThreadCellsTest {

    /** More threads than there are cells to own, so that some share. */
    @Test
    void sum_ofManyThreads_isExact() throws InterruptedException {
        int threads = 200;
        int adds = 5_000;
        ThreadCells cells = new ThreadCells();
        CountDownLatch go = new CountDownLatch(1);
        List<Thread> running = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            Thread thread = new Thread(() -> {
                try {
                    go.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                for (int add = 0; add < adds; add++) {
                    cells.getAndAdd(0, 1);
                    cells.getAndAdd(1, 3);
                    cells.getAndAdd(2, -1);
                }
            });
            thread.start();
            running.add(thread);
        }
        go.countDown();
        for (Thread thread : running) {
            thread.join();
        }
        assertThat(cells.sum(0)).isEqualTo((long) threads * adds);
        assertThat(cells.sum(1)).isEqualTo(3L * threads * adds);
        assertThat(cells.sum(2)).isEqualTo(-(long) threads * adds);
    }

    @Test
    void getAndAdd_ofOneThread_returnsWhatWasThere() {
        ThreadCells cells = new ThreadCells();
        assertThat(cells.getAndAdd(0, 5)).isZero();
        assertThat(cells.getAndAdd(0, 1)).isEqualTo(5);
        assertThat(cells.getAndAdd(1, 1)).isZero();
        assertThat(cells.sum(0)).isEqualTo(6);
    }
}
