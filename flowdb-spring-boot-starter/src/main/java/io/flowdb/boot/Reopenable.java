package io.flowdb.boot;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.flowdb.error.EngineClosedException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A resource that is opened by its first use, may be released for a while, and is closed for good once.
 *
 * <p>Threads: any. {@link #get()} is one volatile read while the resource is open; of the threads that meet it closed,
 * one opens it and the others wait. The thread that opens may itself call {@link #get()} from {@link Source#prepare}.
 * Errors: {@link EngineClosedException} for any use while released or closed; what the source throws passes through.
 */
final class Reopenable<T> {
    private static final Logger log = LoggerFactory.getLogger(Reopenable.class);

    private enum State {
        /** Opens at the next use. */
        READY,
        /** Refuses use until {@link #resume()}. */
        RELEASED,
        /** Refuses use. */
        CLOSED
    }

    /** Where the resource comes from. */
    interface Source<T> {
        /** Opens it. */
        T open();

        /** Makes it fit for use, before any other thread sees it. */
        void prepare(T opened);

        /** Closes it. Runs on a thread of its own. */
        void close(T opened);
    }

    private final String name;
    private final Duration closeTimeout;
    private final Source<T> source;

    private final ReentrantLock lock = new ReentrantLock(); // no lock of another class is taken before it

    /** The open resource, for readers without the lock. */
    private volatile @Nullable T current;

    /** Written with the lock held; read without it to refuse quickly. */
    private volatile State state = State.READY;

    /** Open but not yet prepared; only the thread that prepares it sees it. */
    @GuardedBy("lock")
    private @Nullable T preparing;

    /** A close that outlived its timeout: the resource may be opened again only after it. */
    @GuardedBy("lock")
    private @Nullable FutureTask<@Nullable Void> unfinished;

    /** {@code name} is for messages and threads. */
    Reopenable(String name, Duration closeTimeout, Source<T> source) {
        this.name = name;
        this.closeTimeout = closeTimeout;
        this.source = source;
    }

    /** The open resource; opens it if need be. */
    T get() {
        T open = current;
        return open != null ? open : open();
    }

    /** The resource if it is open already. */
    @Nullable
    T peek() {
        return current;
    }

    /** Whether uses are refused until {@link #resume()}. */
    boolean released() {
        return state == State.RELEASED;
    }

    /** Ends a release; the next use opens. No effect on a resource that was closed for good. */
    void resume() {
        lock.lock();
        try {
            if (state == State.RELEASED) {
                state = State.READY;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Closes the resource until {@link #resume()}. Returns when it is closed or the timeout has passed. */
    void release() {
        close(State.RELEASED);
    }

    /**
     * Closes the resource for good. Returns when it is closed or the timeout has passed; a second call does nothing.
     */
    void close() {
        close(State.CLOSED);
    }

    private T open() {
        refuseUnlessReady();
        lock.lock();
        try {
            T open = current != null ? current : preparing;
            if (open != null) {
                return open;
            }
            refuseUnlessReady();
            awaitUnfinishedClose();
            return openAndPrepare();
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private T openAndPrepare() {
        assert lock.isHeldByCurrentThread();
        T opened = source.open();
        preparing = opened;
        try {
            source.prepare(opened);
        } catch (RuntimeException | Error e) {
            closeAfter(e, opened);
            throw e;
        } finally {
            preparing = null;
        }
        current = opened;
        return opened;
    }

    @GuardedBy("lock")
    private void closeAfter(Throwable failure, T opened) {
        try {
            closeWithin(opened);
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    private void refuseUnlessReady() {
        State now = state;
        if (now == State.RELEASED) {
            throw new EngineClosedException(name + " (released while its application context is paused)");
        }
        if (now == State.CLOSED) {
            throw new EngineClosedException(name + " (with its application context)");
        }
    }

    private void close(State next) {
        lock.lock();
        try {
            if (state == State.CLOSED) {
                return;
            }
            state = next;
            T open = current;
            current = null;
            if (open != null) {
                closeWithin(open);
            }
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void closeWithin(T open) {
        assert lock.isHeldByCurrentThread();
        FutureTask<@Nullable Void> task = new FutureTask<>(() -> source.close(open), null);
        Thread thread = new Thread(task, "flowdb-close");
        thread.setDaemon(true);
        thread.setContextClassLoader(null);
        thread.start();
        if (finished(task)) {
            awaitEnd(thread);
        } else {
            unfinished = task;
            log.warn(
                    "{} is still closing after {}, going on without it: acknowledged writes are in the WAL",
                    name,
                    closeTimeout);
        }
    }

    /** Its task is done, so it ends at once; who looks for threads that were left behind does not meet it. */
    private static void awaitEnd(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @GuardedBy("lock")
    private void awaitUnfinishedClose() {
        assert lock.isHeldByCurrentThread();
        FutureTask<@Nullable Void> task = unfinished;
        if (task != null) {
            unfinished = null;
            if (!finished(task)) {
                unfinished = task;
                throw new EngineClosedException(name + " (its last close has not ended yet)");
            }
        }
    }

    /** Waits for the task within the timeout, also in an interrupted thread; throws what it threw. */
    private boolean finished(FutureTask<?> task) {
        long end = System.nanoTime() + TimeUnit.NANOSECONDS.convert(closeTimeout);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    task.get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                    return true;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException("Cannot close " + name, e.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
