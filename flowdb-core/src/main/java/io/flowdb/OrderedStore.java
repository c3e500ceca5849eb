package io.flowdb;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the document layer needs of a storage engine: an ordered map from bytes to bytes with snapshots and conditional
 * atomic commits. {@link Engine} is the implementation that ships; a database server can stand here as well.
 *
 * <p>Keys are ordered as unsigned bytes and hold one value each (the engine stores them with ts 0). Threads: all
 * methods may be called from any thread. Errors: {@link io.flowdb.error.FlowDbException}.
 */
public interface OrderedStore {

    /** The newest committed state, read without pinning it. */
    StoreReader latest();

    /**
     * Pins the newest committed state until it is closed, and the moment: what expires later is there for its readers.
     */
    StoreSnapshot snapshot();

    /**
     * Commits {@code batch} atomically if nothing named in {@code preconditions} was written after its sequence number
     * there. With {@link CommitOutcome.Conflict} nothing was written, and the conflicting commit is already visible to
     * {@link #latest()}, so an immediate retry makes progress. An empty batch only checks the preconditions.
     *
     * @param preconditions their snapshot must still be open, or be {@link Preconditions#NONE}
     */
    CommitOutcome commit(WriteBatch batch, Preconditions preconditions, WriteOptions options);

    /** Sequence number of the newest commit that readers can see. */
    long lastSeqno();

    /** What keys, values and batches may measure. */
    Limits limits();

    /** What is to be known of the store beside its limits; the same as long as it is open. */
    default Capabilities capabilities() {
        return Capabilities.DEFAULT;
    }

    /**
     * What all views of the same data have in common: two stores whose identities are equal are one. A store that
     * passes calls on to another one gives the identity of that; it lives as long as the store.
     */
    default Object identity() {
        return this;
    }

    /**
     * Limits of a store, in bytes.
     *
     * @param maxKeyBytes longest key
     * @param maxValueBytes longest value
     * @param maxBatchBytes largest batch, keys and values together
     */
    record Limits(int maxKeyBytes, int maxValueBytes, long maxBatchBytes) {}

    /**
     * Facts about a store.
     *
     * @param readOnly whether every commit is refused
     * @param defaultTtl time to live of documents whose store and whose put name none; null if they stay
     * @param clockMicros the time by which the store lets keys expire, in microseconds since the epoch
     */
    record Capabilities(boolean readOnly, @Nullable Duration defaultTtl, LongSupplier clockMicros) {
        /** Of a store that takes commits, lets nothing expire by itself, and goes by the clock of the system. */
        public static final Capabilities DEFAULT =
                new Capabilities(false, null, () -> ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()));
    }
}
