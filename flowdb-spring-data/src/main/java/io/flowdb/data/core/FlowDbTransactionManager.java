package io.flowdb.data.core;

import io.flowdb.data.core.FlowDbResourceHolder.Mark;
import io.flowdb.error.CommitUnknownException;
import io.flowdb.error.ConflictException;
import io.flowdb.error.FlowDbException;
import io.flowdb.error.TransactionClosedException;
import io.flowdb.json.Isolation;
import io.flowdb.json.JsonDB;
import io.flowdb.json.TransactionMode;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.InvalidIsolationLevelException;
import org.springframework.transaction.SavepointManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.transaction.TransactionUsageException;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.transaction.support.ResourceTransactionManager;
import org.springframework.transaction.support.SmartTransactionObject;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Spring transactions on FlowDB. What {@link FlowDbTemplate} and repositories do in one reads the state of its begin
 * and its own writes, and commits all or nothing.
 * <pre>
 * readOnly      a snapshot; never conflicts; a write is an InvalidDataAccessApiUsageException
 * isolation     DEFAULT and SERIALIZABLE: serializable; REPEATABLE_READ: snapshot isolation; others are refused
 * NESTED        savepoints on the writes; what another asked to roll back before stays so
 * timeout       checked at each operation and at commit
 * conflict      OptimisticLockingFailureException at commit; nothing was written; whoever began the transaction may
 *               retry. A transaction that only saved, or deleted through a repository, and read nothing, is repeated
 *               by itself
 * roll-back     also of the ids and versions that saves gave to mutable entities
 * after it      listeners to commit or roll-back read what is stored; to write they need REQUIRES_NEW, else the write
 *               is refused, also in NESTED
 * </pre>
 *
 * <p>The transaction covers every store that exists at its begin. A transaction of another manager (JPA) is not joined.
 * Threads: any; a transaction is bound to its thread.
 */
public final class FlowDbTransactionManager extends AbstractPlatformTransactionManager
        implements ResourceTransactionManager {

    private static final long serialVersionUID = 1L;

    private final transient Supplier<JsonDB> database;
    private final transient FlowDbExceptionTranslator exceptions = new FlowDbExceptionTranslator();

    /** Transactions on {@code database}. */
    public FlowDbTransactionManager(JsonDB database) {
        this(() -> database);
    }

    /** Transactions on the database that {@code database} gives at their begin; it may open it at the first one. */
    public FlowDbTransactionManager(Supplier<JsonDB> database) {
        this.database = database;
        setNestedTransactionAllowed(true);
    }

    @Override
    public Object getResourceFactory() {
        return database.get();
    }

    @Override
    protected Object doGetTransaction() {
        JsonDB db = openDatabase();
        return new TransactionObject(db, (FlowDbResourceHolder) TransactionSynchronizationManager.getResource(db));
    }

    private JsonDB openDatabase() {
        try {
            return database.get();
        } catch (FlowDbException e) {
            throw new CannotCreateTransactionException("FlowDB is not available: " + e.getMessage(), translate(e));
        }
    }

    @Override
    protected boolean isExistingTransaction(Object transaction) {
        return ((TransactionObject) transaction).holder != null;
    }

    @Override
    protected void doBegin(Object transaction, TransactionDefinition definition) {
        TransactionObject object = (TransactionObject) transaction;
        Isolation isolation = isolation(definition);
        TransactionMode mode = definition.isReadOnly() ? TransactionMode.READ_ONLY : TransactionMode.READ_WRITE;
        FlowDbResourceHolder holder;
        try {
            holder = new FlowDbResourceHolder(() -> object.db.transaction(mode, isolation, object.db.storeNames()));
        } catch (FlowDbException e) {
            throw new CannotCreateTransactionException("Cannot begin a transaction: " + e.getMessage(), translate(e));
        }
        int timeout = determineTimeout(definition);
        if (timeout != TransactionDefinition.TIMEOUT_DEFAULT) {
            holder.setTimeoutInSeconds(timeout);
        }
        holder.setSynchronizedWithTransaction(true);
        TransactionSynchronizationManager.bindResource(object.db, holder);
        object.holder = holder;
    }

    private static Isolation isolation(TransactionDefinition definition) {
        int level = definition.getIsolationLevel();
        if (level == TransactionDefinition.ISOLATION_DEFAULT || level == TransactionDefinition.ISOLATION_SERIALIZABLE) {
            return Isolation.SERIALIZABLE;
        }
        if (level == TransactionDefinition.ISOLATION_REPEATABLE_READ) {
            return Isolation.SNAPSHOT;
        }
        throw new InvalidIsolationLevelException(
                "FlowDB has the isolation levels DEFAULT, SERIALIZABLE and REPEATABLE_READ; level " + level
                        + " of transaction '" + definition.getName() + "' is none of them");
    }

    @Override
    protected Object doSuspend(Object transaction) {
        TransactionObject object = (TransactionObject) transaction;
        object.holder = null;
        return TransactionSynchronizationManager.unbindResource(object.db);
    }

    @Override
    protected void doResume(@Nullable Object transaction, Object suspendedResources) {
        JsonDB db = transaction == null ? openDatabase() : ((TransactionObject) transaction).db;
        TransactionSynchronizationManager.bindResource(db, suspendedResources);
    }

    /**
     * Whether the commit of a transaction of this manager met a conflict; for a {@code TransactionExecutionListener},
     * to whom Spring tells of a failed commit as of a roll-back.
     */
    public static boolean isConflict(TransactionExecution execution) {
        return execution instanceof DefaultTransactionStatus status
                && status.hasTransaction()
                && status.getTransaction() instanceof TransactionObject object
                && object.conflict;
    }

    @Override
    protected void doCommit(DefaultTransactionStatus status) {
        TransactionObject object = (TransactionObject) status.getTransaction();
        try {
            object.holder().commit();
        } catch (ConflictException e) {
            object.conflict = true;
            throw translate(e);
        } catch (CommitUnknownException e) {
            // as a TransactionException, so that synchronizations hear "unknown" and not "rolled back"
            throw new TransactionSystemException("It is not known whether the transaction committed", e);
        } catch (FlowDbException e) {
            throw translate(e);
        }
    }

    @Override
    protected void doRollback(DefaultTransactionStatus status) {
        ((TransactionObject) status.getTransaction()).holder().close();
    }

    @Override
    protected void doSetRollbackOnly(DefaultTransactionStatus status) {
        ((TransactionObject) status.getTransaction()).holder().setRollbackOnly();
    }

    @Override
    protected void doCleanupAfterCompletion(Object transaction) {
        TransactionObject object = (TransactionObject) transaction;
        FlowDbResourceHolder holder = object.holder();
        TransactionSynchronizationManager.unbindResource(object.db);
        holder.close();
        holder.clear();
    }

    private RuntimeException translate(FlowDbException e) {
        return exceptions.translate(e);
    }

    /** One participation in a transaction, or the beginning of one. */
    private static final class TransactionObject implements SmartTransactionObject, SavepointManager {

        private final JsonDB db;
        private @Nullable FlowDbResourceHolder holder;

        /** Whether the commit met a conflict. */
        private boolean conflict;

        TransactionObject(JsonDB db, @Nullable FlowDbResourceHolder holder) {
            this.db = db;
            this.holder = holder;
        }

        FlowDbResourceHolder holder() {
            if (holder == null) {
                throw new TransactionUsageException("There is no transaction");
            }
            return holder;
        }

        @Override
        public boolean isRollbackOnly() {
            return holder != null && holder.isRollbackOnly();
        }

        @Override
        public void flush() {
            // writes wait for the commit
        }

        @Override
        public Object createSavepoint() {
            try {
                return holder().mark();
            } catch (FlowDbException e) {
                throw new CannotCreateTransactionException("Cannot create a savepoint: " + e.getMessage(), e);
            }
        }

        @Override
        public void rollbackToSavepoint(Object savepoint) {
            use(savepoint, FlowDbResourceHolder::rollbackTo);
        }

        @Override
        public void releaseSavepoint(Object savepoint) {
            use(savepoint, FlowDbResourceHolder::release);
        }

        private void use(Object savepoint, BiConsumer<FlowDbResourceHolder, Mark> use) {
            if (!(savepoint instanceof Mark mark)) {
                throw new TransactionUsageException("Not a savepoint of FlowDB: " + savepoint);
            }
            try {
                use.accept(holder(), mark);
            } catch (IllegalArgumentException e) {
                throw new TransactionUsageException("Cannot use the savepoint: " + e.getMessage(), e);
            } catch (TransactionClosedException e) {
                throw new TransactionUsageException(
                        e.getMessage() + ", so nothing of it is taken back. What is done after it needs a"
                                + " transaction of its own: @Transactional(propagation = Propagation.REQUIRES_NEW)",
                        e);
            } catch (FlowDbException e) {
                throw new TransactionSystemException("Cannot use the savepoint: " + e.getMessage(), e);
            }
        }
    }
}
