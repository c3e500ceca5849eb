package io.flowdb.json;

import io.flowdb.StoreCursor;
import io.flowdb.StoreReader.StoredValue;
import io.flowdb.error.InvalidKeyException;
import io.flowdb.error.InvalidQueryException;
import io.flowdb.error.ReadOnlyTransactionException;
import io.flowdb.internal.base.Arguments;
import io.flowdb.internal.base.Keys;
import io.flowdb.internal.json.DocumentCodec;
import io.flowdb.internal.json.KeyReader;
import io.flowdb.internal.json.KeyWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A cursor over documents or index entries. Positions are keys of the store below, logical ones for an index; each jump
 * starts a new walk there, so that a cursor holds nothing but its position and one walk.
 */
final class EntryCursor implements JsonCursor {
    private static final Span NOWHERE = new Span(null, null);

    private final Reads reads;
    private final @Nullable IndexDef index;
    private final CursorDirection direction;
    private final Target target;
    private byte[] start;
    private byte[] end;
    private @Nullable StoreCursor walk;
    private byte @Nullable [] current;
    private boolean ended;
    private boolean closed;

    /**
     * What surrounds a cursor.
     *
     * @param check throws if the cursor cannot be used any more
     * @param writes where changes go; null outside a read-write transaction
     * @param afterClose releases the state
     */
    record Target(Runnable check, @Nullable Supplier<Writes> writes, Runnable afterClose) {}

    private record Span(byte @Nullable [] start, byte @Nullable [] end) {}

    EntryCursor(Reads reads, @Nullable IndexDef index, KeyRange range, CursorDirection direction, Target target) {
        this.reads = reads;
        this.index = index;
        this.direction = Objects.requireNonNull(direction, "direction");
        this.target = target;
        Span bounds = bounds(reads, index, Objects.requireNonNull(range, "range"));
        this.start = bounds.start == null ? new byte[0] : bounds.start;
        this.end = bounds.end == null ? new byte[0] : bounds.end;
        this.ended = bounds == NOWHERE;
    }

    private static Span bounds(Reads reads, @Nullable IndexDef index, KeyRange range) {
        if (index == null) {
            return new Span(reads.def().start(range), reads.def().end(range));
        }
        byte[][] bounds = Reads.bounds(index, range);
        return bounds == null ? NOWHERE : new Span(bounds[0], bounds[1]);
    }

    @Override
    public boolean next() {
        checkUsable();
        byte[] before = current;
        if (ended) {
            return end();
        }
        if (direction.unique() && before != null) {
            leave(indexKey(before));
        }
        return step();
    }

    private void checkUsable() {
        target.check.run();
        if (closed) {
            throw new IllegalStateException("the cursor is closed");
        }
    }

    /** Narrows the walk to what lies behind an index key. */
    private void leave(byte[] indexKey) {
        if (index != null) {
            restart(direction.reverse() ? start : behind(indexKey), direction.reverse() ? indexKey : end);
        }
    }

    private void restart(byte[] from, byte[] to) {
        closeWalk();
        start = from;
        end = to;
        ended = Arrays.compareUnsigned(from, to) >= 0;
    }

    private boolean step() {
        if (ended) {
            return end();
        }
        StoreCursor cursor = walk;
        if (cursor == null) {
            cursor = open(start, end, direction.reverse());
            walk = cursor;
        }
        if (!cursor.next()) {
            return end();
        }
        current = cursor.key();
        if (direction == CursorDirection.PREVUNIQUE && index != null) {
            current = lowestOf(indexKey(cursor.key()));
        }
        return true;
    }

    /** The first entry with this index key. */
    private byte[] lowestOf(byte[] indexKey) {
        try (StoreCursor cursor = open(indexKey, behind(indexKey), false)) {
            if (!cursor.next()) {
                throw new IllegalStateException("entry vanished from a pinned state");
            }
            return cursor.key();
        }
    }

    private StoreCursor open(byte[] from, byte[] to, boolean reverse) {
        return index == null
                ? reads.view().documents(from, to, reverse)
                : reads.view().entries(index, from, to, reverse);
    }

    private boolean end() {
        ended = true;
        current = null;
        closeWalk();
        return false;
    }

    private static byte[] behind(byte[] key) {
        return Objects.requireNonNull(Keys.prefixEnd(key));
    }

    private byte[] indexKey(byte[] entry) {
        return index == null ? entry : Arrays.copyOf(entry, index.primaryKeyAt(entry));
    }

    @Override
    public boolean continueTo(Object key) {
        checkUsable();
        return jump(place(key));
    }

    /** Goes on at the first entry at or behind a place. */
    private boolean jump(Place place) {
        byte[] wanted = place.bytes;
        byte[] before = current;
        if (before != null) {
            int order = Arrays.compareUnsigned(wanted, indexKey(before));
            if (direction.reverse() ? order >= 0 : order <= 0) {
                throw new InvalidQueryException("a cursor can only continue in its direction, beyond its present key");
            }
        }
        if (ended) {
            return end();
        }
        if (direction.reverse()) {
            byte[] to = index == null ? Keys.successor(wanted) : place.whole ? behind(wanted) : wanted;
            restart(start, Arrays.compareUnsigned(to, end) < 0 ? to : end);
        } else {
            restart(Arrays.compareUnsigned(wanted, start) > 0 ? wanted : start, end);
        }
        return step();
    }

    @Override
    public boolean continuePrimaryKey(Object key, Object primaryKey) {
        checkUsable();
        if (index == null || direction.unique()) {
            throw new InvalidQueryException(
                    "continuePrimaryKey needs a cursor on an index with direction NEXT or PREV");
        }
        Place place = place(key);
        if (!place.whole) {
            throw new InvalidQueryException("continuePrimaryKey needs all values of an index key");
        }
        byte[] wantedKey = place.bytes;
        byte[] before = current;
        byte[] wanted = new KeyWriter(wantedKey).add(primaryKey).toBytes();
        if (before != null) {
            int order = Arrays.compareUnsigned(wanted, before);
            if (direction.reverse() ? order >= 0 : order <= 0) {
                throw new InvalidQueryException(
                        "a cursor can only continue in its direction, beyond its present entry");
            }
            if (Arrays.equals(indexKey(before), wantedKey)) {
                return skipTo(wanted);
            }
        }
        return jump(place) && skipFrom(wanted);
    }

    private boolean skipTo(byte[] wanted) {
        return step() && skipFrom(wanted);
    }

    private boolean skipFrom(byte[] wanted) {
        while (true) {
            int order = Arrays.compareUnsigned(Objects.requireNonNull(current), wanted);
            if (direction.reverse() ? order <= 0 : order >= 0) {
                return true;
            }
            if (!step()) {
                return false;
            }
        }
    }

    /**
     * Where a key lies among the entries.
     *
     * @param whole false for a list with the first values of a compound key only: it lies before all keys that begin
     *     with them
     */
    private record Place(byte[] bytes, boolean whole) {}

    private Place place(Object key) {
        if (index == null) {
            return new Place(reads.def().documentKey(key, reads.limits()), true);
        }
        KeyWriter writer = new KeyWriter(index.prefix);
        if (index.paths.length == 1) {
            return new Place(writer.add(key).toBytes(), true);
        }
        byte[] array = KeyWriter.encode(key);
        if (!(KeyReader.decode(array) instanceof List<?> values) || values.size() > index.paths.length) {
            throw new InvalidQueryException("index '" + index.schema.name() + "' has keys of " + index.paths.length
                    + " values; continue with a list of as many, or of the first ones");
        }
        return new Place(writer.raw(array, 1, array.length - 1).toBytes(), values.size() == index.paths.length);
    }

    @Override
    public boolean advance(long count) {
        Arguments.check(count >= 1, "count", count, "1 or more");
        for (long i = 0; i < count; i++) {
            if (!next()) {
                return false;
            }
        }
        return true;
    }

    private byte[] entry() {
        checkUsable();
        byte[] entry = current;
        if (entry == null) {
            throw new IllegalStateException("the cursor is on no entry");
        }
        return entry;
    }

    @Override
    public @Nullable Object key() {
        byte[] entry = entry();
        return index == null ? reads.def().keyOf(entry) : index.keyOf(entry);
    }

    private byte[] documentKey() {
        byte[] entry = entry();
        return index == null ? entry : reads.def().documentKey(index.primaryKey(entry));
    }

    @Override
    public Object primaryKey() {
        return reads.def().keyOf(documentKey());
    }

    @Override
    public @Nullable JsonNode value() {
        StoredValue stored = reads.view().get(documentKey());
        return stored == null ? null : DocumentCodec.decode(stored.value());
    }

    private Writes writes() {
        Supplier<Writes> writes = target.writes;
        if (writes == null) {
            throw new ReadOnlyTransactionException("cursor outside a read-write transaction");
        }
        return writes.get();
    }

    @Override
    public void update(JsonNode document) {
        byte[] documentKey = documentKey();
        byte[] newKey = reads.def().documentKeyOf(document, reads.limits());
        if (newKey == null || !Arrays.equals(documentKey, newKey)) {
            throw new InvalidKeyException(reads.def().name, "an update must not change the primary key");
        }
        writes().replace(document);
    }

    @Override
    public void delete() {
        byte[] documentKey = documentKey();
        writes().delete(documentKey);
    }

    private void closeWalk() {
        if (walk != null) {
            walk.close();
            walk = null;
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            ended = true;
            current = null;
            closeWalk();
            target.afterClose.run();
        }
    }
}
