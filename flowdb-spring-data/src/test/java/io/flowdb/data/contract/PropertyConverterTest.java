package io.flowdb.data.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.annotation.Id;
import io.flowdb.annotation.Indexed;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.data.TestDatabase;
import io.flowdb.data.mapping.FlowDbPersistentProperty;
import io.flowdb.data.repository.FlowDbRepository;
import io.flowdb.data.repository.Query;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.data.convert.PropertyValueConverter;
import org.springframework.data.convert.ValueConversionContext;
import org.springframework.data.convert.ValueConverter;
import org.springframework.data.domain.Example;
import org.springframework.data.domain.ExampleMatcher;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A converter of one property that has something to say about null: {@code writeNull} was never called, only
 * {@code readNull}.
 */
class PropertyConverterTest {

    /** Upper case, and a dash for nobody. */
    static final class NobodyIsADash
            implements PropertyValueConverter<String, String, ValueConversionContext<FlowDbPersistentProperty>> {
        @Override
        public @Nullable String read(String stored, ValueConversionContext<FlowDbPersistentProperty> context) {
            return stored.equals("-") ? null : stored.toLowerCase(java.util.Locale.ROOT);
        }

        @Override
        public String write(String value, ValueConversionContext<FlowDbPersistentProperty> context) {
            return value.toUpperCase(java.util.Locale.ROOT);
        }

        @Override
        public String writeNull(ValueConversionContext<FlowDbPersistentProperty> context) {
            return "-";
        }
    }

    @ObjectStore("tasks")
    record Task(
            @Id String id,

            @Indexed @ValueConverter(NobodyIsADash.class) @Nullable
            String owner) {}

    interface Tasks extends FlowDbRepository<Task, String> {
        List<Task> findByOwnerOrderById(@Nullable String owner);

        List<Task> findByOwnerNot(@Nullable String owner);

        List<Task> findByOwnerIsNullOrderById();

        List<Task> findByOwnerIsNotNull();

        List<Task> findByOwnerInOrderById(Collection<@Nullable String> owners);

        List<Task> findByOwnerIsEmptyOrderById();

        @Query("owner = :owner order by id")
        List<Task> of(@Nullable String owner);

        @Query("owner is not null")
        List<Task> owned();
    }

    private static final Task ADA = new Task("1", "ada");
    private static final Task NOBODY = new Task("2", null);

    /** Stored before the property had a converter. */
    private static final Task OLD = new Task("3", null);

    private final TestDatabase database = TestDatabase.with(Task.class);
    private final Tasks tasks = database.repository(Tasks.class);

    @BeforeEach
    void fill() {
        tasks.saveAll(List.of(ADA, NOBODY));
        database.db()
                .put(
                        "tasks",
                        JsonNodeFactory.instance.objectNode().put("id", "3").putNull("owner"));
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void nullValue_isWrittenAsItsConverterSays() {
        assertThat(((ObjectNode) database.db().get("tasks", "2")).get("owner").stringValue())
                .isEqualTo("-");
        assertThat(tasks.findById("2")).contains(NOBODY);
    }

    @Test
    void nullValue_isFoundWhereverNullIsAskedFor() {
        assertThat(tasks.findByOwnerIsNullOrderById()).containsExactly(NOBODY, OLD);
        assertThat(tasks.findByOwnerOrderById(null)).containsExactly(NOBODY, OLD);
        assertThat(tasks.of(null)).containsExactly(NOBODY, OLD);
        assertThat(tasks.findByOwnerIsEmptyOrderById()).containsExactly(NOBODY, OLD);
        List<@Nullable String> nobodyOrBob = new java.util.ArrayList<>(List.of("bob"));
        nobodyOrBob.add(null);
        assertThat(tasks.findByOwnerInOrderById(nobodyOrBob)).containsExactly(NOBODY, OLD);
        assertThat(tasks.findAll(Example.of(
                        new Task("2", null), ExampleMatcher.matching().withIncludeNullValues())))
                .containsExactly(NOBODY);
    }

    @Test
    void nullValue_isNotFoundAmongTheOthers() {
        assertThat(tasks.findByOwnerOrderById("ada")).containsExactly(ADA);
        assertThat(tasks.findByOwnerIsNotNull()).containsExactly(ADA);
        assertThat(tasks.findByOwnerNot(null)).containsExactly(ADA);
        assertThat(tasks.owned()).containsExactly(ADA);
    }
}
