package io.flowdb.json;

import io.flowdb.StoreCursor;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** A {@link DocumentScan} over a cursor. */
final class CursorScan implements DocumentScan {
    private final StoreDef def;
    private final StoreCursor cursor;
    private final Runnable check;
    private final Runnable afterClose;
    private final DocumentBuffer buffer = new DocumentBuffer();
    private boolean ahead;
    private boolean closed;

    /** {@code check} throws if the walk cannot go on; {@code afterClose} releases the state. */
    CursorScan(StoreDef def, StoreCursor cursor, Runnable check, Runnable afterClose) {
        this.def = def;
        this.cursor = cursor;
        this.check = check;
        this.afterClose = afterClose;
    }

    @Override
    public boolean hasNext() {
        if (!ahead && !closed) {
            check.run();
            ahead = cursor.next();
            if (!ahead) {
                close();
            }
        }
        return ahead;
    }

    @Override
    public Document next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        ahead = false;
        return new Document(def.keyOf(cursor.key()), buffer.decode(cursor));
    }

    @Override
    public Stream<Document> stream() {
        return StreamSupport.stream(
                        Spliterators.spliteratorUnknownSize(this, Spliterator.ORDERED | Spliterator.NONNULL), false)
                .onClose(this::close);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            ahead = false;
            cursor.close();
            afterClose.run();
        }
    }
}
