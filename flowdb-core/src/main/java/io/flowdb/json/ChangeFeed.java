package io.flowdb.json;

import io.flowdb.error.EngineClosedException;
import io.flowdb.internal.json.DocumentCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Committed changes in commit order, none missing, none twice, from the past into the future. Made by {@link JsonDB#changes(long)}.
 *
 * <p>Errors: {@link io.flowdb.error.LimitExceededException} naming {@code changeRetention} if the feed fell so far behind that
 * changes it has not seen are gone; {@link io.flowdb.error.EngineClosedException}. Threads: one.
 */
public final class ChangeFeed {
    private static final long POLL_NANOS = 200_000_000L;

    private final ChangeLog log;
    private long position;

    ChangeFeed(ChangeLog log, long position) {
        this.log = log;
        this.position = position;
    }

    /** Sequence number up to which the changes were seen. */
    public long position() {
        return position;
    }

    /** The next commit; waits for it. */
    public CommittedChanges take() throws InterruptedException {
        while (true) {
            CommittedChanges next = poll(Duration.ofNanos(POLL_NANOS));
            if (next != null) {
                return next;
            }
        }
    }

    /** The next commit, or null if there is none within {@code wait}. */
    public @Nullable CommittedChanges poll(Duration wait) throws InterruptedException {
        ChangeLog.Entry entry = next(wait.toNanos());
        return entry == null ? null : decoded(entry);
    }

    ChangeLog.@Nullable Entry next(long nanos) throws InterruptedException {
        ChangeLog.Entry entry = log.next(position, nanos);
        if (entry != null) {
            position = entry.seqno();
        }
        return entry;
    }

    private static CommittedChanges decoded(ChangeLog.Entry entry) {
        List<DocumentChange> changes = new ArrayList<>(entry.changes().size());
        for (ChangeLog.Recorded change : entry.changes()) {
            byte[] before = change.before();
            byte[] after = change.after();
            changes.add(new DocumentChange(
                    change.store().name,
                    change.store().keyOf(change.documentKey()),
                    before == null ? null : DocumentCodec.decode(before),
                    after == null ? null : DocumentCodec.decode(after)));
        }
        return new CommittedChanges(entry.seqno(), List.copyOf(changes));
    }

    /**
     * The rest of this feed for reactive code. Each subscriber gets every change from the present position on, as fast as it asks
     * for them, on a thread of its own.
     */
    public Flow.Publisher<CommittedChanges> publisher() {
        long from = position;
        return subscriber -> {
            Delivery delivery = new Delivery(new ChangeFeed(log, from), subscriber);
            Thread thread = new Thread(delivery, "flowdb-changes");
            thread.setDaemon(true);
            thread.setContextClassLoader(null);
            subscriber.onSubscribe(delivery);
            thread.start();
        };
    }

    /** Gives changes to one subscriber. */
    private static final class Delivery implements Flow.Subscription, Runnable {
        private final ChangeFeed feed;
        private final Flow.Subscriber<? super CommittedChanges> subscriber;
        private final Semaphore demand = new Semaphore(0);
        private volatile boolean cancelled; // read by the delivering thread between items

        Delivery(ChangeFeed feed, Flow.Subscriber<? super CommittedChanges> subscriber) {
            this.feed = feed;
            this.subscriber = subscriber;
        }

        @Override
        public void request(long count) {
            if (count <= 0) {
                cancel();
                subscriber.onError(new IllegalArgumentException("request = " + count + " (allowed: 1 or more)"));
            } else {
                int room = Integer.MAX_VALUE - 1 - demand.availablePermits();
                demand.release((int) Math.min(count, Math.max(0, room)));
            }
        }

        @Override
        public void cancel() {
            cancelled = true;
            demand.release();
        }

        @Override
        public void run() {
            try {
                while (!cancelled) {
                    demand.acquire();
                    CommittedChanges next = null;
                    while (next == null && !cancelled) {
                        next = feed.poll(Duration.ofNanos(POLL_NANOS));
                    }
                    if (next != null) {
                        subscriber.onNext(next);
                    }
                }
            } catch (EngineClosedException e) {
                subscriber.onComplete();
            } catch (InterruptedException | RuntimeException e) {
                if (!cancelled) {
                    subscriber.onError(e);
                }
            }
        }
    }
}
