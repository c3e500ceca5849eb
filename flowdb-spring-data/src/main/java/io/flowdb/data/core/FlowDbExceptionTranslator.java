package io.flowdb.data.core;

import io.flowdb.error.ChangeGapException;
import io.flowdb.error.CommitUnknownException;
import io.flowdb.error.ConflictException;
import io.flowdb.error.ConstraintException;
import io.flowdb.error.CorruptionException;
import io.flowdb.error.DatabaseInUseException;
import io.flowdb.error.DatabaseLockedException;
import io.flowdb.error.DocumentExistsException;
import io.flowdb.error.EngineClosedException;
import io.flowdb.error.FlowDbException;
import io.flowdb.error.InvalidConfigException;
import io.flowdb.error.InvalidKeyException;
import io.flowdb.error.InvalidQueryException;
import io.flowdb.error.NotFoundException;
import io.flowdb.error.SchemaConflictException;
import io.flowdb.error.StorageException;
import io.flowdb.error.StoreNotFoundException;
import io.flowdb.error.TransactionClosedException;
import io.flowdb.error.TransactionStateException;
import io.flowdb.error.UniqueViolationException;
import io.flowdb.error.UnsupportedFormatException;
import io.flowdb.error.WriteStallTimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.DataRetrievalFailureException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.dao.InvalidDataAccessResourceUsageException;
import org.springframework.dao.NonTransientDataAccessResourceException;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.dao.support.PersistenceExceptionTranslator;

/**
 * FlowDB's exceptions as those of {@code org.springframework.dao}; the original is the cause.
 * <pre>
 * unique index, insert of an existing key        DuplicateKeyException
 * conflict of transactions                       OptimisticLockingFailureException, worth a retry
 * writers stalled for too long                   QueryTimeoutException, worth a retry
 * closed, paused, locked, disk full, I/O, settings that cannot serve           DataAccessResourceFailureException
 * reader of changes that are no longer kept      DataRetrievalFailureException
 * commit whose outcome is unknown, damaged file  NonTransientDataAccessResourceException
 * bad query or key, unknown store or index, write in a read-only transaction   InvalidDataAccessApiUsageException
 * document too large, missing key                DataIntegrityViolationException
 * stored schema or format is another             InvalidDataAccessResourceUsageException
 * </pre>
 */
public final class FlowDbExceptionTranslator implements PersistenceExceptionTranslator {

    private static final String MISSING_STORE = ". The stores of entities are made at start-up, with Spring Boot by"
            + " flowdb.schema.mode=update; with flowdb.schema.mode=none or without Boot by a migration or JsonDB.applySchemas";

    private static final String ENDED =
            ". What is written after it, as by a listener to its commit, needs a transaction of its"
                    + " own: @Transactional(propagation = Propagation.REQUIRES_NEW)";

    private static final String STREAM_ENDED = ". A stream has to be read within the transaction it was opened in";

    @Override
    public @Nullable DataAccessException translateExceptionIfPossible(RuntimeException e) {
        return e instanceof FlowDbException failure ? translate(failure) : null;
    }

    /** Never null, unlike the interface's method. */
    DataAccessException translate(FlowDbException e) {
        String message = e.getMessage() == null ? e.getClass().getName() : e.getMessage();
        if (e instanceof ConflictException) {
            return new OptimisticLockingFailureException(message, e);
        }
        if (e instanceof ConstraintException constraint) {
            return constraint(constraint, message);
        }
        if (e instanceof StoreNotFoundException) {
            return new InvalidDataAccessApiUsageException(message + MISSING_STORE, e);
        }
        if (e instanceof TransactionClosedException) {
            return new InvalidDataAccessApiUsageException(message + ENDED, e);
        }
        if (e instanceof InvalidQueryException
                || e instanceof NotFoundException
                || e instanceof TransactionStateException) {
            return new InvalidDataAccessApiUsageException(message, e);
        }
        if (e instanceof WriteStallTimeoutException) {
            return new QueryTimeoutException(message, e);
        }
        if (e instanceof EngineClosedException
                || e instanceof StorageException
                || e instanceof InvalidConfigException
                || e instanceof DatabaseInUseException
                || e instanceof DatabaseLockedException) {
            return new DataAccessResourceFailureException(message, e);
        }
        if (e instanceof ChangeGapException) {
            return new DataRetrievalFailureException(message, e);
        }
        if (e instanceof CorruptionException || e instanceof CommitUnknownException) {
            return new NonTransientDataAccessResourceException(message, e);
        }
        if (e instanceof SchemaConflictException || e instanceof UnsupportedFormatException) {
            return new InvalidDataAccessResourceUsageException(message, e);
        }
        return new UncategorizedFlowDbException(message, e);
    }

    /** Of reading a stream that was opened before: it may have outlived its transaction. */
    DataAccessException translateOfStream(FlowDbException e) {
        return e instanceof TransactionClosedException
                ? new InvalidDataAccessApiUsageException(e.getMessage() + STREAM_ENDED, e)
                : translate(e);
    }

    private static DataAccessException constraint(ConstraintException e, String message) {
        if (e instanceof UniqueViolationException || e instanceof DocumentExistsException) {
            return new DuplicateKeyException(message, e);
        }
        return e instanceof InvalidKeyException
                ? new InvalidDataAccessApiUsageException(message, e)
                : new DataIntegrityViolationException(message, e);
    }
}
