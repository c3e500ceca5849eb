package io.flowdb.json;

import io.flowdb.error.EngineClosedException;
import java.time.Duration;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Gives the changes of a feed to one subscriber, as fast as it asks for them. Every call of the subscriber is made by
 * one thread. Threads: any may ask and cancel.
 */
final class ChangeDelivery implements Flow.Subscription, Runnable {
    private static final Duration FOREVER = Duration.ofNanos(Long.MAX_VALUE);

    private final ChangeFeed feed;
    private final ChangeLog log;
    private final Flow.Subscriber<? super CommittedChanges> subscriber;
    private final Runnable ended;
    private final AtomicLong demand = new AtomicLong();
    private volatile boolean cancelled; // ends the thread, between calls of the subscriber
    private volatile @Nullable IllegalArgumentException refused; // a request that breaks the rules, for onError

    private ChangeDelivery(
            ChangeFeed feed, ChangeLog log, Flow.Subscriber<? super CommittedChanges> subscriber, Runnable ended) {
        this.feed = feed;
        this.log = log;
        this.subscriber = subscriber;
        this.ended = ended;
    }

    /** Begins; closes the feed and runs {@code ended} in the end. */
    static void start(
            ChangeFeed feed, ChangeLog log, Flow.Subscriber<? super CommittedChanges> subscriber, Runnable ended) {
        ChangeDelivery delivery = new ChangeDelivery(feed, log, subscriber, ended);
        Thread thread = new Thread(delivery, "flowdb-changes");
        thread.setDaemon(true);
        thread.setContextClassLoader(null);
        thread.start();
    }

    @Override
    public void request(long count) {
        if (count <= 0) {
            refused = new IllegalArgumentException("request = " + count + " (allowed: 1 or more)");
            feed.close();
        } else {
            demand.accumulateAndGet(count, (a, b) -> a + b < 0 ? Long.MAX_VALUE : a + b);
        }
        log.wake();
    }

    @Override
    public void cancel() {
        cancelled = true;
        feed.close();
    }

    private boolean due() {
        return cancelled || refused != null || feed.isClosed() || demand.get() > 0;
    }

    @Override
    public void run() {
        try {
            subscriber.onSubscribe(this);
            while (true) {
                log.await(this::due);
                if (cancelled) {
                    return;
                }
                if (refused != null) {
                    throw refused;
                }
                CommittedChanges next = feed.poll(FOREVER);
                if (next != null && !cancelled) {
                    demand.updateAndGet(d -> d == Long.MAX_VALUE ? d : d - 1);
                    subscriber.onNext(next);
                }
            }
        } catch (EngineClosedException e) {
            end(refused);
        } catch (Exception e) { // a subscriber may throw what it does not declare
            end(e);
        } finally {
            feed.close();
            ended.run();
        }
    }

    /** Says the last word, unless nobody wants to hear it. */
    private void end(@Nullable Exception failure) {
        if (cancelled) {
            return;
        }
        cancelled = true;
        if (failure == null) {
            subscriber.onComplete();
        } else {
            subscriber.onError(failure);
        }
    }
}
