package io.flowdb.json;

import io.flowdb.error.EngineClosedException;
import io.flowdb.internal.json.DocumentCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Committed changes in commit order, none missing, none twice, from the past into the future. Made by
 * {@link JsonDB#changes(long)}.
 *
 * <p>Read it with {@link #take} and {@link #poll}, as an iterator that waits for the next commit, or hand it on as a
 * {@link #publisher}. Errors: {@link io.flowdb.error.ChangeGapException} if the feed fell so far behind that changes it
 * has not seen are gone; {@link EngineClosedException} once the feed or the database is closed. Threads: one; any may
 * close it.
 */
public final class ChangeFeed implements Iterator<CommittedChanges>, AutoCloseable {
    private final ChangeLog log;
    /** What its subscribers read. */
    private final Set<ChangeFeed> handedOn = ConcurrentHashMap.newKeySet();

    private long position;
    private @Nullable CommittedChanges ahead;
    private volatile boolean closed; // ends waiting

    private ChangeFeed(ChangeLog log, long position) {
        this.log = log;
        this.position = position;
    }

    static ChangeFeed open(ChangeLog log, long position) {
        ChangeFeed feed = new ChangeFeed(log, position);
        log.opened(feed);
        return feed;
    }

    /** Sequence number up to which the changes were given out, to be remembered for {@link JsonDB#changes(long)}. */
    public long position() {
        return position;
    }

    /** The next commit; waits for it. */
    public CommittedChanges take() throws InterruptedException {
        while (true) {
            CommittedChanges next = poll(Duration.ofNanos(Long.MAX_VALUE));
            if (next != null) {
                return next;
            }
        }
    }

    /** The next commit, or null if there is none within {@code wait}. */
    public @Nullable CommittedChanges poll(Duration wait) throws InterruptedException {
        Objects.requireNonNull(wait, "wait");
        checkOpen();
        CommittedChanges next = ahead;
        if (next == null) {
            ChangeLog.Committed entry = log.next(position, TimeUnit.NANOSECONDS.convert(wait), () -> closed);
            checkOpen();
            next = entry == null ? null : decoded(entry);
        }
        ahead = null;
        position = next == null ? position : next.seqno();
        return next;
    }

    /**
     * Waits for the next commit. False once the feed or the database is closed, and after an interrupt, which stays
     * set; a feed that was interrupted can go on.
     */
    @Override
    public boolean hasNext() {
        try {
            while (ahead == null) {
                ChangeLog.Committed entry = log.next(position, Long.MAX_VALUE, () -> closed);
                if (closed) {
                    return false;
                }
                ahead = entry == null ? null : decoded(entry);
            }
            return !closed;
        } catch (EngineClosedException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public CommittedChanges next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the change feed has ended");
        }
        CommittedChanges next = ahead;
        if (next == null) {
            throw new NoSuchElementException("the change feed has ended");
        }
        ahead = null;
        position = next.seqno();
        return next;
    }

    /** Ends the feed; a thread that waits in it is let go, and its subscribers are completed. Idempotent. */
    @Override
    public void close() {
        closed = true;
        log.closed(this);
        handedOn.forEach(ChangeFeed::close);
    }

    boolean isClosed() {
        return closed;
    }

    private void checkOpen() {
        if (closed) {
            throw new EngineClosedException("change feed");
        }
    }

    private static CommittedChanges decoded(ChangeLog.Committed entry) {
        List<DocumentChange> changes = new ArrayList<>(entry.changes().size());
        List<String> deletedStores = new ArrayList<>(0);
        for (RecordedChange change : entry.changes()) {
            if (change.isDeletionOfStore()) {
                deletedStores.add(change.store());
                continue;
            }
            byte[] before = change.before();
            byte[] after = change.after();
            changes.add(new DocumentChange(
                    change.store(),
                    change.key(),
                    before == null ? null : DocumentCodec.decode(before),
                    after == null ? null : DocumentCodec.decode(after)));
        }
        return new CommittedChanges(entry.seqno(), List.copyOf(changes), List.copyOf(deletedStores));
    }

    /**
     * The rest of this feed for reactive code. Each subscriber gets every change from the present position on, never
     * more than it asked for, on a thread of its own; its calls do not overlap. A subscriber that asks too slowly waits
     * for nobody else and holds nobody up: it ends with a {@link io.flowdb.error.ChangeGapException} once what it has
     * not seen is gone. It is completed when this feed or the database is closed.
     */
    public Flow.Publisher<CommittedChanges> publisher() {
        long from = position;
        return subscriber -> handOn(from, Objects.requireNonNull(subscriber, "subscriber"));
    }

    private void handOn(long from, Flow.Subscriber<? super CommittedChanges> subscriber) {
        ChangeFeed feed = open(log, from);
        handedOn.add(feed);
        if (closed) {
            feed.close();
        }
        ChangeDelivery.start(feed, log, subscriber, () -> handedOn.remove(feed));
    }
}
