package io.flowdb.data.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.annotation.Id;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.data.TestDatabase;
import io.flowdb.data.core.FlowDbQuery;
import io.flowdb.data.repository.FlowDbRepository;
import io.flowdb.data.repository.Query;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.data.repository.query.QueryCreationException;

/**
 * Methods whose result comes in a wrapper. Deletes looked at the wrapper instead of what it holds: a
 * {@code CompletableFuture<Long>} was to have the entity, one of {@code Void} had a number, and a count of type
 * {@code Integer} was a {@code Long}.
 */
class AsynchronousMethodsTest {

    @ObjectStore("parts")
    record Part(@Id Long id, String kind, int weight) {}

    interface Parts extends FlowDbRepository<Part, Long> {
        CompletableFuture<Long> deleteByKind(String kind);

        CompletableFuture<Integer> deleteByKindIn(List<String> kinds);

        Optional<Long> deleteByKindAndWeight(String kind, int weight);

        CompletableFuture<Boolean> removeByKind(String kind);

        CompletableFuture<@Nullable Void> removeByKindIs(String kind);

        Future<?> removeByKindEquals(String kind);

        void deleteByWeight(int weight);

        CompletableFuture<List<Part>> deleteByWeightLessThan(int weight);

        CompletableFuture<Optional<Part>> deleteByWeightIs(int weight);

        @Query(value = "kind = ?1", delete = true)
        Future<Integer> deleteKind(String kind);

        @Query(value = "kind = ?1", delete = true)
        CompletableFuture<@Nullable Void> dropKind(String kind);

        @Query(value = "kind = ?1", count = true)
        CompletableFuture<Integer> countKind(String kind);

        Optional<Short> countByWeight(int weight);

        CompletableFuture<Boolean> existsByWeight(int weight);
    }

    private final TestDatabase database = TestDatabase.with(Part.class);
    private final Parts parts = database.repository(Parts.class);

    @BeforeEach
    void fill() {
        parts.saveAll(List.of(new Part(1L, "a", 1), new Part(2L, "a", 2), new Part(3L, "b", 3)));
    }

    @AfterEach
    void close() {
        database.close();
    }

    private long left() {
        return database.template().count(FlowDbQuery.all(), Part.class);
    }

    @Test
    void delete_numberInAWrapper_isHowManyThereWere() {
        assertThat(parts.deleteByKind("a").join()).isEqualTo(2L);
        assertThat(left()).isEqualTo(1);
        Integer second = parts.deleteByKindIn(List.of("b")).join();
        assertThat(second).isEqualTo(1);
        assertThat(left()).isZero();
    }

    @Test
    void delete_numberInAnOptionalAndOfAQuery_isHowManyThereWere() throws Exception {
        assertThat(parts.deleteByKindAndWeight("a", 1)).contains(1L);
        Integer deleted = parts.deleteKind("a").get();
        assertThat(deleted).isEqualTo(1);
        assertThat(left()).isEqualTo(1);
    }

    @Test
    void delete_booleanInAWrapper_isWhetherThereWasOne() {
        assertThat(parts.removeByKind("a").join()).isTrue();
        assertThat(parts.removeByKind("a").join()).isFalse();
        assertThat(left()).isEqualTo(1);
    }

    @Test
    void delete_nothingInAWrapper_isNull() throws Exception {
        assertThat(parts.removeByKindIs("a").join()).isNull();
        assertThat(left()).isEqualTo(1);
        assertThat(parts.removeByKindEquals("b").get()).isNull();
        assertThat(left()).isZero();
        fill();
        assertThat(parts.dropKind("a").join()).isNull();
        parts.deleteByWeight(3);
        assertThat(left()).isZero();
    }

    @Test
    void delete_entitiesInAWrapper_areThoseDeleted() {
        assertThat(parts.deleteByWeightLessThan(3).join()).hasSize(2);
        assertThat(parts.deleteByWeightIs(3).join()).contains(new Part(3L, "b", 3));
        assertThat(left()).isZero();
    }

    @Test
    void count_inAWrapper_isOfTheTypeItSays() {
        Integer ofKind = parts.countKind("a").join();
        assertThat(ofKind).isEqualTo(2);
        Short ofWeight = parts.countByWeight(3).orElseThrow();
        assertThat(ofWeight).isEqualTo((short) 1);
        assertThat(parts.existsByWeight(3).join()).isTrue();
    }

    interface Published extends FlowDbRepository<Part, Long> {
        Flow.Publisher<Part> findByKind(String kind);
    }

    /** Refused by whatever came first, or by nothing: the first call failed. */
    @Test
    void method_thatReturnsAPublisher_isRefusedAtTheStart() {
        assertThatThrownBy(() -> database.repository(Published.class))
                .isInstanceOf(QueryCreationException.class)
                .hasStackTraceContaining("Published.findByKind(java.lang.String)")
                .hasMessageContaining("cannot return a java.util.concurrent.Flow$Publisher");
    }
}
