package io.flowdb.json;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The rows of a query as a stream, read as they are asked for; released at the end, or when the stream is closed.
 * Threads: one.
 */
final class RowStream implements Iterator<JsonNode> {
    private final Pull<QueryRun.Row> rows;
    private final Function<JsonNode, JsonNode> projection;
    private final JsonQuery.Opened opened;
    private QueryRun.@Nullable Row ahead;
    private boolean closed;

    private RowStream(Pull<QueryRun.Row> rows, Function<JsonNode, JsonNode> projection, JsonQuery.Opened opened) {
        this.rows = rows;
        this.projection = projection;
        this.opened = opened;
    }

    static Stream<JsonNode> of(
            Pull<QueryRun.Row> rows, Function<JsonNode, JsonNode> projection, JsonQuery.Opened opened) {
        RowStream iterator = new RowStream(rows, projection, opened);
        return StreamSupport.stream(
                        Spliterators.spliteratorUnknownSize(iterator, Spliterator.ORDERED | Spliterator.NONNULL), false)
                .onClose(iterator::close);
    }

    @Override
    public boolean hasNext() {
        if (ahead == null && !closed) {
            opened.check().run();
            ahead = rows.next();
            if (ahead == null) {
                close();
            }
        }
        return ahead != null;
    }

    @Override
    public JsonNode next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        QueryRun.Row row = ahead;
        if (row == null) {
            throw new NoSuchElementException();
        }
        ahead = null;
        return projection.apply(row.document());
    }

    private void close() {
        if (!closed) {
            closed = true;
            ahead = null;
            try {
                rows.close();
            } finally {
                opened.release().run();
            }
        }
    }
}
