package io.flowdb.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.error.EngineClosedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class ReopenableTest {
    private final FakeSource source = new FakeSource();
    private final Reopenable<String> resource = new Reopenable<>("it", Duration.ofSeconds(60), source);

    @Test
    void get_first_opensAndPreparesOnce() {
        assertThat(resource.peek()).isNull();
        assertThat(resource.get()).isEqualTo("1").isSameAs(resource.get());
        assertThat(source.events).containsExactly("open 1", "prepare 1");
    }

    @Test
    void get_whilePreparing_seesTheResourceOnTheSameThread() {
        source.onPrepare = opened -> assertThat(resource.get()).isEqualTo(opened);

        assertThat(resource.get()).isEqualTo("1");
    }

    @Test
    void get_whilePreparing_waitsOnOtherThreads() throws Exception {
        CountDownLatch preparing = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        source.onPrepare = opened -> {
            preparing.countDown();
            await(go);
        };
        FutureTask<String> first = new FutureTask<>(resource::get);
        FutureTask<String> second = new FutureTask<>(resource::get);
        new Thread(first).start();
        await(preparing);
        Thread waiting = new Thread(second);
        waiting.start();
        Awaitility.await().until(() -> waiting.getState() == Thread.State.WAITING);
        assertThat(second.isDone()).isFalse();
        assertThat(resource.peek()).isNull();
        go.countDown();
        assertThat(first.get()).isSameAs(second.get());
    }

    @Test
    void get_afterFailedPrepare_opensAgain() {
        source.onPrepare = opened -> {
            throw new IllegalStateException("bad schema");
        };
        assertThatIllegalStateException().isThrownBy(resource::get).withMessage("bad schema");
        source.onPrepare = opened -> {};

        assertThat(resource.get()).isEqualTo("2");
        assertThat(source.events).containsExactly("open 1", "prepare 1", "close 1", "open 2", "prepare 2");
    }

    @Test
    void get_released_refusesUntilResumed() {
        resource.get();
        resource.release();

        assertThat(resource.released()).isTrue();
        assertThatThrownBy(resource::get)
                .isInstanceOf(EngineClosedException.class)
                .hasMessageContaining("paused");
        resource.resume();
        assertThat(resource.get()).isEqualTo("2");
        assertThat(source.events).containsExactly("open 1", "prepare 1", "close 1", "open 2", "prepare 2");
    }

    @Test
    void close_twice_closesOnceAndForGood() {
        resource.get();
        resource.close();
        resource.close();
        resource.resume();

        assertThatThrownBy(resource::get).isInstanceOf(EngineClosedException.class);
        assertThat(source.events).containsExactly("open 1", "prepare 1", "close 1");
    }

    @Test
    void close_withATimeoutBeyondAnyClock_waits() {
        Reopenable<String> patient = new Reopenable<>("it", Duration.ofSeconds(Long.MAX_VALUE), source);
        patient.get();
        patient.close();

        assertThat(source.events).containsExactly("open 1", "prepare 1", "close 1");
    }

    @Test
    void close_neverOpened_opensNothing() {
        resource.close();

        assertThat(source.events).isEmpty();
    }

    @Test
    void close_failing_throwsWhatTheSourceThrew() {
        source.onClose = closed -> {
            throw new IllegalStateException("disk gone");
        };
        resource.get();

        assertThatIllegalStateException().isThrownBy(resource::close).withMessage("disk gone");
        assertThat(resource.peek()).isNull();
    }

    @Test
    void release_beyondTheTimeout_returnsAndBlocksTheNextOpenUntilClosed() {
        Reopenable<String> impatient = new Reopenable<>("it", Duration.ofMillis(20), source);
        CountDownLatch closing = new CountDownLatch(1);
        source.onClose = closed -> await(closing);
        impatient.get();

        impatient.release();
        impatient.resume();
        assertThatThrownBy(impatient::get)
                .isInstanceOf(EngineClosedException.class)
                .hasMessageContaining("last close");
        assertThat(source.events).containsExactly("open 1", "prepare 1");

        closing.countDown();
        Awaitility.await().ignoreExceptions().until(impatient::get, "2"::equals);
        assertThat(source.events).containsExactly("open 1", "prepare 1", "close 1", "open 2", "prepare 2");
    }

    @Test
    void close_runsOnADaemonThreadWithoutContextClassLoader() {
        List<Thread> threads = new ArrayList<>();
        source.onClose = closed -> {
            threads.add(Thread.currentThread());
            assertThat(Thread.currentThread().getContextClassLoader()).isNull();
            assertThat(Thread.currentThread().isDaemon()).isTrue();
        };
        resource.get();
        resource.close();

        assertThat(threads).hasSize(1).doesNotContain(Thread.currentThread());
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static final class FakeSource implements Reopenable.Source<String> {
        private final List<String> events = Collections.synchronizedList(new ArrayList<>());
        private int count;
        private Consumer<String> onPrepare = opened -> {};
        private Consumer<String> onClose = closed -> {};

        @Override
        public String open() {
            count++;
            events.add("open " + count);
            return String.valueOf(count);
        }

        @Override
        public void prepare(String opened) {
            events.add("prepare " + opened);
            onPrepare.accept(opened);
        }

        @Override
        public void close(String opened) {
            onClose.accept(opened);
            events.add("close " + opened);
        }
    }
}
