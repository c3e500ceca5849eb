package io.flowdb.json;

import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** Gives one thing after the other until there are no more, or it is closed. Threads: one. */
interface Pull<T> extends AutoCloseable {

    /** The next one, or null at the end. */
    @Nullable
    T next();

    /** Releases what it reads from. Idempotent. */
    @Override
    void close();

    /** What {@code iterator} gives. */
    static <T> Pull<T> of(Iterator<? extends T> iterator) {
        return new Pull<>() {
            @Override
            public @Nullable T next() {
                return iterator.hasNext() ? iterator.next() : null;
            }

            @Override
            public void close() {}
        };
    }
}
