package io.flowdb.data.core;

import io.flowdb.error.FlowDbException;
import java.util.Spliterator;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The elements of another that reads documents, its exceptions translated. Sequential. Threads: one. */
final class TranslatingSpliterator<T> implements Spliterator<T> {

    private final Spliterator<T> source;
    private final FlowDbExceptionTranslator exceptions;

    TranslatingSpliterator(Spliterator<T> source, FlowDbExceptionTranslator exceptions) {
        this.source = source;
        this.exceptions = exceptions;
    }

    @Override
    public boolean tryAdvance(Consumer<? super T> action) {
        try {
            return source.tryAdvance(action);
        } catch (FlowDbException e) {
            throw exceptions.translateOfStream(e);
        }
    }

    @Override
    public void forEachRemaining(Consumer<? super T> action) {
        try {
            source.forEachRemaining(action);
        } catch (FlowDbException e) {
            throw exceptions.translateOfStream(e);
        }
    }

    @Override
    public @Nullable Spliterator<T> trySplit() {
        return null;
    }

    @Override
    public long estimateSize() {
        return source.estimateSize();
    }

    @Override
    public int characteristics() {
        return source.characteristics() & ~(Spliterator.SIZED | Spliterator.SUBSIZED | Spliterator.SORTED);
    }
}
