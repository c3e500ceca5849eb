package io.flowdb.data.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.annotation.Id;
import io.flowdb.annotation.Indexed;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.data.TestDatabase;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.dao.IncorrectResultSizeDataAccessException;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.data.annotation.Version;
import org.springframework.data.core.TypedPropertyPath;
import org.springframework.data.domain.Limit;
import org.springframework.data.domain.PageRequest;
import org.springframework.data.domain.ScrollPosition;
import org.springframework.data.domain.Sort;
import org.springframework.data.domain.Window;
import org.springframework.transaction.support.TransactionTemplate;

class FluentOperationsTest {

    record Place(@Nullable String city, int floor) {}

    @ObjectStore
    record Task(
            @Id String id,
            @Indexed @Nullable String owner,
            String title,
            int priority,
            @Nullable BigDecimal cost,
            @Nullable Place place,
            @Version Long version) {

        Task withVersion(Long next) {
            return new Task(id, owner, title, priority, cost, place, next);
        }
    }

    @ObjectStore
    static class Counter {
        @Id
        String name = "";

        @Nullable
        Long hits;

        byte small;
    }

    interface Title {
        String getTitle();

        @Value("#{target.title() + '/' + target.priority()}")
        String getBoth();
    }

    record Short(String title, int priority) {}

    private final TestDatabase database = TestDatabase.with(Task.class, Counter.class);
    private final FlowDbTemplate template = database.template();

    @BeforeEach
    void store() {
        List<Task> tasks = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            tasks.add(task("t" + i, i % 2 == 0 ? "ann" : "bob", i));
        }
        template.insert(Task.class).all(tasks);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private static Task task(String id, String owner, int priority) {
        return new Task(id, owner, "title " + priority, priority, null, new Place("Ulm", priority), null);
    }

    @Test
    void query_stepByStep_findsInOrderWithinBounds() {
        ExecutableQuery<Task, Task> ann = template.query(Task.class)
                .matching(c -> c.eq("owner", "ann"))
                .sort(Sort.by("priority").descending());
        assertThat(ann.all()).extracting(Task::id).containsExactly("t4", "t2", "t0");
        assertThat(ann.limit(2).all()).extracting(Task::id).containsExactly("t4", "t2");
        assertThat(ann.offset(1).limit(Limit.of(1)).all()).extracting(Task::id).containsExactly("t2");
        assertThat(ann.limit(Limit.unlimited()).all()).hasSize(3);
        assertThat(ann.first()).get().extracting(Task::id).isEqualTo("t4");
        assertThat(ann.count()).isEqualTo(3);
        assertThat(ann.exists()).isTrue();
        assertThat(ann.matching(c -> c.gt("priority", 4)).exists()).isFalse();
        assertThat(ann.matching(FlowDbQuery.all().withLimit(1)).all()).hasSize(1);
        assertThat(ann.matching(template.conditions(Task.class).eq("priority", 2))
                        .one())
                .get()
                .extracting(Task::id)
                .isEqualTo("t2");
        assertThatThrownBy(ann::one).isInstanceOf(IncorrectResultSizeDataAccessException.class);
        assertThat(ann.explain().index()).isEqualTo("by_owner");
        try (Stream<Task> stream = ann.stream()) {
            assertThat(stream).hasSize(3);
        }
    }

    @Test
    void query_pagesSlicesWindows_areWholeTogether() {
        ExecutableQuery<Task, Task> all =
                template.query(Task.class).sort(Sort.by("owner").and(Sort.by("priority")));
        List<String> expected = all.all().stream().map(Task::id).toList();
        assertThat(all.page(PageRequest.of(1, 4)).getContent())
                .extracting(Task::id)
                .isEqualTo(expected.subList(4, 6));
        assertThat(all.page(PageRequest.of(0, 4)).getTotalElements()).isEqualTo(6);
        assertThat(all.slice(PageRequest.of(0, 4)).hasNext()).isTrue();
        List<String> seen = new ArrayList<>();
        Window<Task> window = all.limit(2).scroll(ScrollPosition.keyset());
        while (true) {
            window.forEach(task -> seen.add(task.id()));
            if (!window.hasNext()) {
                break;
            }
            window = all.limit(2).scroll(window.positionAt(window.size() - 1));
        }
        assertThat(seen).isEqualTo(expected);
        assertThatThrownBy(() -> all.scroll(ScrollPosition.keyset()))
                .isInstanceOf(InvalidDataAccessApiUsageException.class)
                .hasMessageContaining("limit");
    }

    @Test
    void query_asProjection_returnsIt() {
        ExecutableQuery<Task, Task> best =
                template.query(Task.class).sort(Sort.by("priority").descending());
        assertThat(best.as(Short.class).first()).contains(new Short("title 5", 5));
        assertThat(best.as(Title.class).first())
                .get()
                .extracting(Title::getBoth)
                .isEqualTo("title 5/5");
        assertThat(best.as(Record.class).limit(1).all()).hasOnlyElementsOfType(Task.class);
        assertThat(best.as(Short.class).matching(c -> c.eq("priority", 1)).one())
                .contains(new Short("title 1", 1));
    }

    @Test
    void conditions_ofTypedPaths_areChecked() {
        ExecutableQuery<Task, Task> tasks = template.query(Task.class);
        assertThat(tasks.matching(c -> c.where(Task::priority).ge(4)).count()).isEqualTo(2);
        assertThat(tasks.matching(c -> c.where(Task::owner).eq("bob")).count()).isEqualTo(3);
        assertThat(tasks.matching(c -> c.where(Task::owner).in(List.of("bob", "x")))
                        .count())
                .isEqualTo(3);
        assertThat(tasks.matching(c -> c.where(Task::cost).isNull()).count()).isEqualTo(6);
        assertThat(tasks.matching(
                                c -> c.where(TypedPropertyPath.path(Task::place).then(Place::floor))
                                        .between(1, 2))
                        .count())
                .isEqualTo(2);
        assertThat(tasks.sort(Sort.by(Task::owner, Task::priority)).first())
                .get()
                .extracting(Task::id)
                .isEqualTo("t0");
    }

    @Test
    void insert_takenId_isRefused() {
        assertThatThrownBy(() -> template.insert(Task.class).one(task("t0", "x", 1)))
                .isInstanceOf(DuplicateKeyException.class);
        assertThat(template.insert(Task.class).one(task("new", "x", 1)).version())
                .isEqualTo(1);
    }

    @Test
    void update_setsIncrementsAndCountsTheVersion() {
        long changed = template.update(Task.class)
                .matching(c -> c.eq("owner", "ann"))
                .set("title", "done")
                .set("place.city", "Bonn")
                .increment("priority", 10)
                .increment("cost", new BigDecimal("1.5"))
                .set(Task::owner, null)
                .all();
        assertThat(changed).isEqualTo(3);
        assertThat(template.findById("t2", Task.class))
                .isEqualTo(new Task("t2", null, "done", 12, new BigDecimal("1.5"), new Place("Bonn", 2), 2L));
        assertThat(template.findById("t1", Task.class))
                .isEqualTo(new Task("t1", "bob", "title 1", 1, null, new Place("Ulm", 1), 1L));
        assertThat(template.query(Task.class)
                        .matching(c -> c.eq("owner", "ann"))
                        .exists())
                .as("the index follows")
                .isFalse();
    }

    @Test
    void update_firstInOrder_returnsWhatWasSaved() {
        List<Task> saved = template.update(Task.class)
                .sort(Sort.by("priority").descending())
                .limit(1)
                .apply(task -> task(task.id(), "eve", -1).withVersion(task.version()))
                .findAndUpdate();
        assertThat(saved).hasSize(1);
        assertThat(template.findById("t5", Task.class)).isEqualTo(saved.get(0));
        assertThat(saved.get(0).version()).isEqualTo(2);
    }

    @Test
    void update_mutableEntity_changesNumbersInTheirType() {
        Counter counter = new Counter();
        counter.name = "a";
        template.insert(counter);
        ExecutableUpdate<Counter> hit = template.update(Counter.class).increment("hits", 1);
        assertThat(hit.all() + hit.all()).isEqualTo(2);
        assertThat(template.query(Counter.class).one())
                .get()
                .extracting(c -> c.hits)
                .isEqualTo(2L);
        assertThatThrownBy(() ->
                        template.update(Counter.class).increment("small", 128).all())
                .isInstanceOf(InvalidDataAccessApiUsageException.class);
    }

    @Test
    void update_wrongSteps_sayWhatIsWrong() {
        ExecutableUpdate<Task> tasks = template.update(Task.class);
        assertThatThrownBy(() -> tasks.set("nothing", 1))
                .isInstanceOf(InvalidDataAccessApiUsageException.class)
                .hasMessageContaining("nothing");
        assertThatThrownBy(() -> template.update(Task.class)
                        .increment("cost", new BigDecimal("1e100000000"))
                        .all()) // it did not come to an end
                .isInstanceOf(InvalidDataAccessApiUsageException.class);
        assertThatThrownBy(() -> tasks.increment("title", 1))
                .isInstanceOf(InvalidDataAccessApiUsageException.class)
                .hasMessageContaining("title");
        assertThatThrownBy(() -> tasks.set("priority", "high"))
                .isInstanceOf(InvalidDataAccessApiUsageException.class)
                .hasMessageContaining("priority");
        assertThatThrownBy(() -> tasks.set("id", "other").all())
                .isInstanceOf(InvalidDataAccessApiUsageException.class)
                .hasMessageContaining("id");
        assertThat(template.query(Task.class).matching(c -> c.eq("version", 1)).count())
                .as("nothing was changed")
                .isEqualTo(6);
    }

    @Test
    void update_inRolledBackTransaction_isUndone() {
        new TransactionTemplate(new FlowDbTransactionManager(database.db())).executeWithoutResult(status -> {
            template.update(Task.class).set("title", "x").all();
            assertThat(template.query(Task.class)
                            .matching(c -> c.eq("title", "x"))
                            .count())
                    .isEqualTo(6);
            status.setRollbackOnly();
        });
        assertThat(template.query(Task.class).matching(c -> c.eq("title", "x")).count())
                .isZero();
    }

    @Test
    void delete_matching_deletesOnlyThat() {
        assertThat(template.delete(Task.class)
                        .matching(c -> c.eq("owner", "ann"))
                        .all())
                .isEqualTo(3);
        assertThat(template.delete(Task.class)
                        .matching(FlowDbQuery.all()
                                .withSort(Sort.by("priority").descending())
                                .withLimit(1))
                        .findAndDelete())
                .extracting(Task::id)
                .containsExactly("t5");
        assertThat(template.delete(Task.class).all()).isEqualTo(2);
    }
}
