package io.flowdb.data.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.error.ChangeGapException;
import io.flowdb.error.CommitUnknownException;
import io.flowdb.error.ConflictException;
import io.flowdb.error.CorruptionException;
import io.flowdb.error.DatabaseInUseException;
import io.flowdb.error.DatabaseLockedException;
import io.flowdb.error.DocumentExistsException;
import io.flowdb.error.EngineClosedException;
import io.flowdb.error.FlowDbException;
import io.flowdb.error.IndexNotFoundException;
import io.flowdb.error.InvalidConfigException;
import io.flowdb.error.InvalidKeyException;
import io.flowdb.error.InvalidQueryException;
import io.flowdb.error.LimitExceededException;
import io.flowdb.error.MissingKeyException;
import io.flowdb.error.ReadOnlyTransactionException;
import io.flowdb.error.RecordNotFoundException;
import io.flowdb.error.SchemaConflictException;
import io.flowdb.error.StorageException;
import io.flowdb.error.StoreNotFoundException;
import io.flowdb.error.TransactionClosedException;
import io.flowdb.error.UniqueViolationException;
import io.flowdb.error.UnsupportedFormatException;
import io.flowdb.error.WriteStallTimeoutException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
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
import org.springframework.dao.TransientDataAccessException;
import org.springframework.objenesis.SpringObjenesis;

/** Every exception of FlowDB has its place among Spring's. */
class ExceptionTranslatorTest {

    private static final Map<Class<?>, Class<? extends DataAccessException>> EXPECTED = new HashMap<>();

    static {
        EXPECTED.put(UniqueViolationException.class, DuplicateKeyException.class);
        EXPECTED.put(DocumentExistsException.class, DuplicateKeyException.class);
        EXPECTED.put(LimitExceededException.class, DataIntegrityViolationException.class);
        EXPECTED.put(MissingKeyException.class, DataIntegrityViolationException.class);
        EXPECTED.put(ConflictException.class, OptimisticLockingFailureException.class);
        EXPECTED.put(WriteStallTimeoutException.class, QueryTimeoutException.class);
        for (Class<?> usage : List.of(
                InvalidKeyException.class,
                InvalidQueryException.class,
                StoreNotFoundException.class,
                IndexNotFoundException.class,
                RecordNotFoundException.class,
                ReadOnlyTransactionException.class,
                TransactionClosedException.class)) {
            EXPECTED.put(usage, InvalidDataAccessApiUsageException.class);
        }
        for (Class<?> resource : List.of(
                EngineClosedException.class,
                StorageException.class,
                DatabaseInUseException.class,
                DatabaseLockedException.class,
                InvalidConfigException.class)) {
            EXPECTED.put(resource, DataAccessResourceFailureException.class);
        }
        EXPECTED.put(ChangeGapException.class, DataRetrievalFailureException.class);
        EXPECTED.put(CommitUnknownException.class, NonTransientDataAccessResourceException.class);
        EXPECTED.put(CorruptionException.class, NonTransientDataAccessResourceException.class);
        EXPECTED.put(SchemaConflictException.class, InvalidDataAccessResourceUsageException.class);
        EXPECTED.put(UnsupportedFormatException.class, InvalidDataAccessResourceUsageException.class);
    }

    private static List<Class<?>> finals(Class<?> type) {
        List<Class<?>> found = new ArrayList<>();
        if (!type.isSealed()) {
            found.add(type);
            return found;
        }
        for (Class<?> permitted : type.getPermittedSubclasses()) {
            found.addAll(finals(permitted));
        }
        return found;
    }

    @Test
    void everyException_hasItsPlace() {
        FlowDbExceptionTranslator translator = new FlowDbExceptionTranslator();
        SpringObjenesis make = new SpringObjenesis();
        Map<Class<?>, Class<?>> translated = new HashMap<>();
        for (Class<?> type : finals(FlowDbException.class)) {
            FlowDbException failure = (FlowDbException) make.newInstance(type);
            DataAccessException translation = translator.translateExceptionIfPossible(failure);
            assertThat(translation).hasCause(failure);
            translated.put(type, translation.getClass());
        }
        assertThat(translated).isEqualTo(EXPECTED);
        assertThat(translator.translateExceptionIfPossible(new IllegalStateException()))
                .isNull();
    }

    /** What is worth a retry there is worth one here. */
    @Test
    void conflictAndStall_areTransient() {
        assertThat(TransientDataAccessException.class)
                .isAssignableFrom(EXPECTED.get(ConflictException.class))
                .isAssignableFrom(EXPECTED.get(WriteStallTimeoutException.class));
    }
}
