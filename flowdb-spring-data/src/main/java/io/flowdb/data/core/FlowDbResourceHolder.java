package io.flowdb.data.core;

import io.flowdb.error.CommitUnknownException;
import io.flowdb.error.ConflictException;
import io.flowdb.json.DocumentOperations;
import io.flowdb.json.JsonTransaction;
import io.flowdb.json.Savepoint;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.ResourceHolderSupport;

/**
 * The transaction bound to a thread, under the database it belongs to.
 *
 * <p>A transaction that only wrote, and told nobody what is stored, can begin anew: after a conflict its writes are
 * simply made again on the newer state. So {@code repository.save} of an entity without version, and the deletes of a
 * repository, never fail because of another. Threads: one.
 */
final class FlowDbResourceHolder extends ResourceHolderSupport {

    private static final int ATTEMPTS = 100;

    private final Supplier<JsonTransaction> begin;
    private JsonTransaction transaction;

    /** What was written, as long as nobody was told what is stored; null afterwards. */
    private @Nullable List<Function<? super JsonTransaction, ?>> writes = new ArrayList<>();

    /** What entities were given by writes that are not committed, in order. */
    private final List<GivenValue> given = new ArrayList<>();

    FlowDbResourceHolder(Supplier<JsonTransaction> begin) {
        this.begin = begin;
        this.transaction = begin.get();
    }

    /**
     * The transaction, for a caller who may read: from then on it depends on what others change, and is not repeated
     * after a conflict. Throws if its time is up; then it can only be rolled back.
     */
    JsonTransaction transaction() {
        writes = null;
        checkTime();
        return transaction;
    }

    /**
     * Reads and writes; what is written before a failure is taken back, so that a caller who goes on has all or
     * nothing.
     */
    <R extends @Nullable Object> R wholly(Function<? super JsonTransaction, R> action) {
        return wholly(transaction(), action);
    }

    private <R extends @Nullable Object> R wholly(
            JsonTransaction transaction, Function<? super JsonTransaction, R> action) {
        Savepoint before = transaction.savepoint();
        int givenBefore = given.size();
        try {
            return action.apply(transaction);
        } catch (Throwable e) { // Kotlin code throws what it does not declare
            if (transaction.isOpen()) {
                transaction.rollbackTo(before);
                takeBack(givenBefore);
            }
            throw e;
        } finally {
            if (transaction.isOpen()) {
                transaction.release(before);
            }
        }
    }

    /** Makes several writes as {@link #write} makes one; all of them, or none if one fails. */
    <R extends @Nullable Object> R writeAll(Function<? super DocumentOperations, R> writes, Runnable detach) {
        return write(transaction -> wholly(transaction, writes::apply), detach);
    }

    /**
     * Makes a write that tells nothing of what is stored, and may be made again. If it may be, {@code detach} makes it
     * independent of what its caller changes until then.
     */
    <R extends @Nullable Object> R write(Function<? super JsonTransaction, R> write, Runnable detach) {
        checkTime();
        try {
            R result = write.apply(transaction);
            if (writes != null) {
                detach.run();
                writes.add(write);
            }
            return result;
        } catch (Throwable e) {
            writes = null; // its caller was told what is stored, and may go on
            throw e;
        }
    }

    @SuppressWarnings("ReturnValueIgnored") // a repeated write gives what it gave before
    void commit() {
        checkTime();
        for (int attempt = 1; ; attempt++) {
            try {
                transaction.commit();
                given.clear();
                return;
            } catch (CommitUnknownException e) {
                given.clear();
                throw e;
            } catch (ConflictException e) {
                if (writes == null || attempt == ATTEMPTS) {
                    throw e;
                }
                transaction.close();
                transaction = begin.get();
                writes.forEach(write -> write.apply(transaction));
            }
        }
    }

    /** Whether it was committed or aborted, so that only its synchronizations are left to be called. */
    boolean hasEnded() {
        return !transaction.isOpen();
    }

    /** Aborts, unless the transaction has ended. Entities that were not stored are given back what they came with. */
    void close() {
        transaction.close();
        takeBack(0);
    }

    /** What an entity was given by a write; it is taken back if the write is. */
    void given(List<GivenValue> values) {
        given.addAll(values);
    }

    /** One entity may be there several times, so the last goes first. */
    private void takeBack(int from) {
        while (given.size() > from) {
            given.remove(given.size() - 1).takeBack();
        }
    }

    /** Marks the present point, also after the time is up. After the end there is nothing to take back any more. */
    Mark mark() {
        writes = null;
        return new Mark(hasEnded() ? null : transaction.savepoint(), isRollbackOnly(), given.size());
    }

    /**
     * Takes back what was written since, and a roll-back that was asked for since. Errors as those of
     * {@link JsonTransaction#rollbackTo}.
     */
    void rollbackTo(Mark mark) {
        if (mark.savepoint == null) {
            return;
        }
        transaction.rollbackTo(mark.savepoint);
        takeBack(mark.given);
        if (!mark.rollbackOnly) {
            resetRollbackOnly();
        }
    }

    /** Forgets the point; every write stays. */
    void release(Mark mark) {
        if (mark.savepoint != null && !hasEnded()) {
            transaction.release(mark.savepoint);
        }
    }

    /**
     * A point in the transaction.
     *
     * @param savepoint where it was, or null after its end
     * @param rollbackOnly whether a roll-back had been asked for
     * @param given how much entities had been given
     */
    record Mark(@Nullable Savepoint savepoint, boolean rollbackOnly, int given) {}

    private void checkTime() {
        if (hasTimeout()) {
            getTimeToLiveInMillis();
        }
    }
}
