package io.flowdb.data.core;

import io.flowdb.error.FlowDbException;
import io.flowdb.json.ChangeFeed;
import io.flowdb.json.CommittedChanges;
import io.flowdb.json.DocumentChange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The committed changes of the entities of a class that row policies let be read, in order. A change of a row that may
 * not be read is not there; a row that comes into sight looks new, one that goes out of it deleted. The policies are
 * asked anew at each commit, on the thread that polls, for what they permit at that moment.
 *
 * <p>A commit whose changes cannot be read, as a policy fails or a document has no entity any more, is not lost: the
 * next poll tries it again, until {@link #skip} leaves it out.
 *
 * <p>Does not take part in transactions. Errors: {@link org.springframework.dao.DataAccessException}, also when the
 * feed fell so far behind that changes it has not seen are gone, and after the engine was closed. Threads: one.
 *
 * @param <T> the entity
 */
public final class EntityChanges<T> {

    private final String store;
    private final Function<JsonNode, T> read;
    private final Supplier<Predicate<JsonNode>> visible;
    private final ChangeFeed feed;
    private final LongSupplier newest;

    /** What the last poll could not read, and where the feed was before. */
    private @Nullable CommittedChanges unread;

    private long positionBefore;
    private final FlowDbExceptionTranslator exceptions = new FlowDbExceptionTranslator();

    /** {@code newest} gives the sequence number of the newest commit. */
    EntityChanges(
            String store,
            Function<JsonNode, T> read,
            Supplier<Predicate<JsonNode>> visible,
            ChangeFeed feed,
            LongSupplier newest) {
        this.newest = newest;
        this.store = store;
        this.read = read;
        this.visible = visible;
        this.feed = feed;
    }

    /** Sequence number up to which commits were seen, those without a visible change included. */
    public long position() {
        return unread == null ? feed.position() : positionBefore;
    }

    /** Leaves out the commit that the last poll could not read, if there is one. */
    public void skip() {
        unread = null;
    }

    /**
     * The next commit with a visible change, or null if there is none within {@code wait}, and among those that were
     * there at its end.
     */
    public @Nullable EntityCommit<T> poll(Duration wait) throws InterruptedException {
        long end = System.nanoTime() + Math.max(0, TimeUnit.NANOSECONDS.convert(wait));
        long last = Long.MAX_VALUE; // where to stop, once the time is over
        while (true) {
            long rest = end - System.nanoTime();
            if (rest <= 0 && last == Long.MAX_VALUE) {
                last = newest.getAsLong();
            }
            CommittedChanges next = unread;
            if (next == null) {
                positionBefore = feed.position();
                next = next(Duration.ofNanos(Math.max(0, rest)));
            }
            if (next == null) {
                return null;
            }
            unread = next;
            List<EntityChange<T>> changes = changes(next);
            unread = null;
            if (!changes.isEmpty()) {
                return new EntityCommit<>(next.seqno(), changes);
            }
            if (next.seqno() >= last) {
                return null;
            }
        }
    }

    private @Nullable CommittedChanges next(Duration wait) throws InterruptedException {
        try {
            return feed.poll(wait);
        } catch (FlowDbException e) {
            throw exceptions.translate(e);
        }
    }

    private List<EntityChange<T>> changes(CommittedChanges commit) {
        List<EntityChange<T>> changes = new ArrayList<>();
        Predicate<JsonNode> permitted = null;
        for (DocumentChange change : commit.changes()) {
            if (change.store().equals(store)) {
                permitted = permitted == null ? visible.get() : permitted;
                T before = entity(change.before(), permitted);
                T after = entity(change.after(), permitted);
                if (before != null || after != null) {
                    changes.add(new EntityChange<>(before, after));
                }
            }
        }
        return changes;
    }

    private @Nullable T entity(@Nullable JsonNode document, Predicate<JsonNode> permitted) {
        return document == null || !permitted.test(document) ? null : read.apply(document);
    }
}
