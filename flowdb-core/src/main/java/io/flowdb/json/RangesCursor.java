package io.flowdb.json;

import io.flowdb.StoreCursor;
import io.flowdb.StoreReader.Range;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Walks ranges one after the other, each by a cursor of its own. Threads: one. */
final class RangesCursor implements StoreCursor {
    private final Iterator<Range> rest;
    private final Function<Range, StoreCursor> open;
    private @Nullable StoreCursor current;

    RangesCursor(List<Range> ranges, Function<Range, StoreCursor> open) {
        this.rest = ranges.iterator();
        this.open = open;
    }

    @Override
    public boolean next() {
        while (current == null || !current.next()) {
            close();
            if (!rest.hasNext()) {
                return false;
            }
            current = open.apply(rest.next());
        }
        return true;
    }

    private StoreCursor current() {
        StoreCursor cursor = current;
        if (cursor == null) {
            throw new IllegalStateException("no current entry: call next() first");
        }
        return cursor;
    }

    @Override
    public byte[] key() {
        return current().key();
    }

    @Override
    public byte[] value() {
        return current().value();
    }

    @Override
    public int valueLength() {
        return current().valueLength();
    }

    @Override
    public int copyValue(byte[] to, int at) {
        return current().copyValue(to, at);
    }

    @Override
    public long seqno() {
        return current().seqno();
    }

    @Override
    public long expireAt() {
        return current().expireAt();
    }

    @Override
    public void close() {
        StoreCursor cursor = current;
        if (cursor != null) {
            current = null;
            cursor.close();
        }
    }
}
