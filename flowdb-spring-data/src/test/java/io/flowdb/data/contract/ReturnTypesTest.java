package io.flowdb.data.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.Engine;
import io.flowdb.annotation.CompoundIndex;
import io.flowdb.annotation.Id;
import io.flowdb.annotation.Indexed;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.data.TestDatabase;
import io.flowdb.data.core.FlowDbTemplate;
import io.flowdb.data.core.FlowDbTransactionManager;
import io.flowdb.data.repository.FlowDbRepository;
import io.flowdb.data.repository.Query;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.dao.IncorrectResultSizeDataAccessException;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.data.domain.Limit;
import org.springframework.data.domain.Page;
import org.springframework.data.domain.PageRequest;
import org.springframework.data.domain.Pageable;
import org.springframework.data.domain.ScrollPosition;
import org.springframework.data.domain.Slice;
import org.springframework.data.domain.Sort;
import org.springframework.data.domain.Window;
import org.springframework.data.repository.query.Param;
import org.springframework.data.repository.query.QueryCreationException;
import org.springframework.data.util.Streamable;
import org.springframework.transaction.support.TransactionTemplate;

/** Every return type of query methods, projections, {@code @Query}, and what is refused when a repository is made. */
class ReturnTypesTest {

    @ObjectStore
    @CompoundIndex(paths = {"owner", "priority"})
    record Task(@Id String id, @Indexed String owner, Integer priority, String title, List<String> tags) {}

    interface Titled {
        String getTitle();

        Integer getPriority();
    }

    interface Open {
        @Value("#{target.title + '/' + target.priority}")
        String getLabel();
    }

    record TitleOnly(String title) {}

    interface Tasks extends FlowDbRepository<Task, String> {
        Task findByTitle(String title);

        Optional<Task> findOptionalByTitle(String title);

        Task findFirstByOwnerOrderByPriorityDesc(String owner);

        Optional<Task> findTopByOwnerOrderByPriority(String owner);

        List<Task> findTop3ByOwnerOrderByPriorityDescIdAsc(String owner);

        Set<Task> findSetByOwner(String owner);

        Collection<Task> findCollectionByOwner(String owner);

        Iterable<Task> findIterableByOwner(String owner);

        Streamable<Task> findStreamableByOwner(String owner);

        Stream<Task> streamByOwner(String owner);

        Slice<Task> findSliceByOwner(String owner, Pageable pageable);

        Page<Task> findPageByOwner(String owner, Pageable pageable);

        Page<Task> findTop5ByOwner(String owner, Pageable pageable);

        List<Task> findListByOwner(String owner, Pageable pageable);

        List<Task> findByOwner(String owner, Sort sort);

        List<Task> findByOwner(String owner, Limit limit);

        List<Task> findByOwner(String owner, Sort sort, Limit limit);

        Window<Task> findFirst4ByOwnerOrderByPriority(String owner, ScrollPosition position);

        Window<Titled> findFirst4TitledByOwnerOrderByPriority(String owner, ScrollPosition position);

        Window<Task> findWindowByOwner(String owner, ScrollPosition position, Limit limit, Sort sort);

        long countByOwner(String owner);

        int countIntByOwner(String owner);

        boolean existsByOwner(String owner);

        void deleteByOwner(String owner);

        long removeByTitle(String title);

        List<Task> deleteByPriorityLessThan(int priority);

        List<Titled> findTitledByOwner(String owner);

        List<Open> findOpenByOwner(String owner);

        List<TitleOnly> findTitleOnlyByOwner(String owner);

        <T> List<T> findDynamicByOwner(String owner, Class<T> type);

        @Query("owner = :owner and (priority >= ?2 or title starts with 'x') order by priority desc, id")
        List<Task> annotated(@Param("owner") String owner, int priority);

        @Query("priority in :priorities and not owner is null")
        List<Task> annotatedIn(@Param("priorities") Collection<Integer> priorities, Sort sort, Limit limit);

        @Query("owner = :#{#who.toLowerCase()} and priority between ?2 and ?3")
        Page<Task> annotatedPage(@Param("who") String who, int low, int high, Pageable pageable);

        @Query(value = "ignorecase(owner) = ?1", count = true)
        long annotatedCount(String owner);

        @Query(value = "owner = ?1", exists = true)
        boolean annotatedExists(String owner);

        @Query(value = "tags contains ?1", delete = true)
        int annotatedDelete(String tag);

        @Query("owner = ?1")
        List<TitleOnly> annotatedProjection(String owner);
    }

    private final long seed = Long.getLong("flowdb.test.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final TestDatabase database = TestDatabase.with(Task.class);
    private final List<Task> stored = new ArrayList<>();
    private Tasks tasks;

    @BeforeEach
    void store() {
        tasks = database.repository(Tasks.class);
        for (int i = 0; i < 40; i++) {
            Integer priority = random.nextInt(5) == 0 ? null : random.nextInt(6);
            stored.add(new Task(
                    String.format("%03d", i), i % 4 == 3 ? "bob" : "ann", priority, "t" + i, List.of("tag" + i % 3)));
        }
        tasks.saveAll(stored);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private List<Task> anns(Comparator<Task> order) {
        return stored.stream()
                .filter(t -> t.owner().equals("ann"))
                .sorted(order)
                .toList();
    }

    private static final Comparator<Task> BY_ID = Comparator.comparing(Task::id);
    private static final Comparator<Task> BY_PRIORITY =
            Comparator.comparing(Task::priority, Comparator.nullsFirst(Comparator.naturalOrder()));

    @Test
    void single_noneOneMany_areNullEntityAndFailure() {
        assertThat(tasks.findByTitle("none")).isNull();
        assertThat(tasks.findByTitle("t3")).isEqualTo(stored.get(3));
        assertThat(tasks.findOptionalByTitle("none")).isEmpty();
        tasks.save(new Task("x", "eve", 1, "t3", List.of()));
        assertThatThrownBy(() -> tasks.findByTitle("t3")).isInstanceOf(IncorrectResultSizeDataAccessException.class);
        assertThatThrownBy(() -> tasks.findOptionalByTitle("t3"))
                .isInstanceOf(IncorrectResultSizeDataAccessException.class);
    }

    @Test
    void first_ofMany_isTheFirst() {
        assertThat(tasks.findFirstByOwnerOrderByPriorityDesc("ann"))
                .isEqualTo(anns(BY_PRIORITY.reversed().thenComparing(BY_ID)).get(0));
        assertThat(tasks.findTopByOwnerOrderByPriority("ann"))
                .contains(anns(BY_PRIORITY.thenComparing(BY_ID)).get(0));
        assertThat(tasks.findTop3ByOwnerOrderByPriorityDescIdAsc("ann"))
                .isEqualTo(anns(BY_PRIORITY.reversed().thenComparing(BY_ID)).subList(0, 3));
    }

    @Test
    void several_eachCollection_holdsAll() {
        List<Task> anns = anns(BY_ID);
        assertThat(tasks.findSetByOwner("ann")).containsExactlyInAnyOrderElementsOf(anns);
        assertThat(tasks.findCollectionByOwner("ann")).containsExactlyElementsOf(anns);
        assertThat(tasks.findIterableByOwner("ann")).containsExactlyElementsOf(anns);
        assertThat(tasks.findStreamableByOwner("ann").toList()).isEqualTo(anns);
        try (Stream<Task> stream = tasks.streamByOwner("ann")) {
            assertThat(stream.toList()).isEqualTo(anns);
        }
    }

    /** Streams were made of the finished result, all of it in memory. */
    @Test
    void stream_ofTheStore_isReadAsItIsConsumedOfOneState() {
        Engine engine = database.db().engine().orElseThrow();
        FlowDbTemplate template = database.template();
        int before = engine.stats().liveSnapshots();
        long read = engine.stats().recordsRead();
        try (Stream<Task> all = tasks.stream();
                Stream<Task> some = template
                        .query(Task.class)
                        .matching(c -> c.contains("title", "t", false))
                        .offset(1)
                        .limit(30)
                        .stream()) {
            Iterator<Task> each = all.iterator();
            assertThat(each.next()).isEqualTo(stored.get(0));
            assertThat(engine.stats().liveSnapshots()).isEqualTo(before + 2);
            assertThat(engine.stats().recordsRead() - read).isLessThan(stored.size());
            tasks.deleteAll();
            for (Task task : stored.subList(1, stored.size())) {
                assertThat(each.next()).isEqualTo(task);
            }
            assertThat(each.hasNext()).isFalse();
            assertThat(some.toList()).isEqualTo(stored.subList(1, 31));
        }
        assertThat(engine.stats().liveSnapshots()).isEqualTo(before);
    }

    /** What an index found was read at once. */
    @Test
    void stream_ofAFinderThatAnIndexServes_isReadAsItIsConsumed() {
        Engine engine = database.db().engine().orElseThrow();
        List<Task> anns = anns(BY_ID);
        int before = engine.stats().liveSnapshots();
        try (Stream<Task> stream = tasks.streamByOwner("ann")) {
            long read = engine.stats().recordsRead();
            Iterator<Task> each = stream.iterator();
            assertThat(each.next()).isEqualTo(anns.get(0));
            assertThat(engine.stats().recordsRead() - read).isLessThan(anns.size() / 2);
            tasks.deleteAll();
            for (Task task : anns.subList(1, anns.size())) {
                assertThat(each.next()).isEqualTo(task);
            }
            assertThat(each.hasNext()).isFalse();
        }
        assertThat(engine.stats().liveSnapshots()).isEqualTo(before);
    }

    @Test
    void stream_inTransaction_seesItsWrites() {
        new TransactionTemplate(new FlowDbTransactionManager(database.db())).executeWithoutResult(status -> {
            tasks.deleteById("000");
            tasks.save(new Task("zzz", "ann", 1, "last", List.of()));
            try (Stream<Task> all = tasks.stream()) {
                assertThat(all.map(Task::id))
                        .hasSize(stored.size())
                        .doesNotContain("000")
                        .endsWith("zzz");
            }
            status.setRollbackOnly();
        });
        assertThat(tasks.findAll()).isEqualTo(stored);
    }

    @Test
    void page_all_makeTheWhole() {
        List<Task> anns = anns(BY_PRIORITY.thenComparing(BY_ID));
        List<Task> pages = new ArrayList<>();
        List<Task> slices = new ArrayList<>();
        Pageable next = PageRequest.of(0, 7, Sort.by("priority"));
        while (next.isPaged()) {
            Page<Task> page = tasks.findPageByOwner("ann", next);
            assertThat(page.getTotalElements()).isEqualTo(anns.size());
            Slice<Task> slice = tasks.findSliceByOwner("ann", next);
            assertThat(slice.hasNext()).isEqualTo(page.hasNext());
            assertThat(tasks.findListByOwner("ann", next)).isEqualTo(page.getContent());
            pages.addAll(page.getContent());
            slices.addAll(slice.getContent());
            next = page.nextPageable();
        }
        assertThat(pages).isEqualTo(anns);
        assertThat(slices).isEqualTo(anns);
    }

    /** One more than the largest page was asked for as a negative number. */
    @Test
    void page_ofTheLargestSize_isTheWhole() {
        Pageable whole = PageRequest.of(0, Integer.MAX_VALUE, Sort.by("priority"));
        List<Task> anns = anns(BY_PRIORITY.thenComparing(BY_ID));
        assertThat(tasks.findSliceByOwner("ann", whole).getContent()).isEqualTo(anns);
        assertThat(tasks.findSliceByOwner("ann", whole).hasNext()).isFalse();
        assertThat(tasks.findSliceByOwner("ann", whole.next()).getContent()).isEmpty();
        assertThat(tasks.findPageByOwner("ann", whole).getTotalElements()).isEqualTo(anns.size());
        assertThat(tasks.findListByOwner("ann", whole)).isEqualTo(anns);
    }

    @Test
    void page_ofTop_staysWithinIt() {
        Page<Task> first = tasks.findTop5ByOwner("ann", PageRequest.of(0, 3));
        Page<Task> second = tasks.findTop5ByOwner("ann", PageRequest.of(1, 3));
        assertThat(first.getTotalElements()).isEqualTo(5);
        assertThat(second.getContent()).isEqualTo(anns(BY_ID).subList(3, 5));
        assertThat(tasks.findTop5ByOwner("ann", PageRequest.of(7, 3)).getContent())
                .isEmpty();
    }

    @Test
    void sortAndLimit_parameters_apply() {
        List<Task> sorted = anns(BY_PRIORITY.reversed().thenComparing(BY_ID));
        assertThat(tasks.findByOwner("ann", Sort.by("priority").descending())).isEqualTo(sorted);
        assertThat(tasks.findByOwner("ann", Limit.of(2))).isEqualTo(anns(BY_ID).subList(0, 2));
        assertThat(tasks.findByOwner("ann", Limit.unlimited())).hasSameSizeAs(sorted);
        assertThat(tasks.findByOwner("ann", Sort.by("priority").descending(), Limit.of(4)))
                .isEqualTo(sorted.subList(0, 4));
        assertThat(tasks.findListByOwner(
                        "ann", Pageable.unpaged(Sort.by("priority").descending())))
                .isEqualTo(sorted);
    }

    @Test
    void window_keysetForwardAndBack_equalsTheWhole() {
        List<Task> wanted = anns(BY_PRIORITY.thenComparing(BY_ID));
        List<Task> forward = new ArrayList<>();
        Window<Task> window = tasks.findFirst4ByOwnerOrderByPriority("ann", ScrollPosition.keyset());
        forward.addAll(window.getContent());
        while (window.hasNext()) {
            window = tasks.findFirst4ByOwnerOrderByPriority("ann", window.positionAt(window.size() - 1));
            forward.addAll(window.getContent());
        }
        assertThat(forward).as("seed %s", seed).isEqualTo(wanted);
        List<Task> back = new ArrayList<>(List.of(wanted.get(wanted.size() - 1)));
        ScrollPosition position = ScrollPosition.backward(
                ((org.springframework.data.domain.KeysetScrollPosition) window.positionAt(window.size() - 1))
                        .getKeys());
        do {
            window = tasks.findFirst4ByOwnerOrderByPriority("ann", position);
            List<Task> content = new ArrayList<>(window.getContent());
            Collections.reverse(content);
            back.addAll(content);
            position = window.positionAt(0);
        } while (window.hasNext());
        Collections.reverse(back);
        assertThat(back).as("seed %s", seed).isEqualTo(wanted);
    }

    @Test
    void window_offsetAndOtherSorts_equalTheWhole() {
        for (Sort sort : List.of(
                Sort.by("priority").descending(),
                Sort.by(Sort.Order.desc("priority").nullsFirst()),
                Sort.by(Sort.Order.asc("priority").nullsLast(), Sort.Order.desc("title")),
                Sort.by("tags").and(Sort.by("priority")),
                Sort.unsorted())) {
            List<Task> wanted = tasks.findByOwner("ann", sort);
            for (ScrollPosition start : List.of(ScrollPosition.keyset(), ScrollPosition.offset())) {
                List<Task> all = new ArrayList<>();
                Window<Task> window = tasks.findWindowByOwner("ann", start, Limit.of(7), sort);
                assertThat(window).hasSize(7); // the limit of a parameter did not count for windows
                all.addAll(window.getContent());
                while (window.hasNext()) {
                    window = tasks.findWindowByOwner("ann", window.positionAt(window.size() - 1), Limit.of(7), sort);
                    all.addAll(window.getContent());
                }
                assertThat(all).as("seed %s, %s, %s", seed, sort, start).isEqualTo(wanted);
            }
        }
    }

    @Test
    void window_projection_needsNoSortedProperty() {
        Window<Titled> window = tasks.findFirst4TitledByOwnerOrderByPriority("ann", ScrollPosition.keyset());
        assertThat(window.map(Titled::getTitle))
                .containsExactlyElementsOf(anns(BY_PRIORITY.thenComparing(BY_ID)).subList(0, 4).stream()
                        .map(Task::title)
                        .toList());
    }

    @Test
    void window_positionOfAnotherSort_isRefused() {
        ScrollPosition other = ScrollPosition.forward(java.util.Map.of("title", "x"));
        assertThatThrownBy(() -> tasks.findFirst4ByOwnerOrderByPriority("ann", other))
                .isInstanceOf(InvalidDataAccessApiUsageException.class)
                .hasMessageContaining("priority");
    }

    @Test
    void countExistsDelete_derived_work() {
        assertThat(tasks.countByOwner("ann")).isEqualTo(30);
        assertThat(tasks.countIntByOwner("bob")).isEqualTo(10);
        assertThat(tasks.existsByOwner("bob")).isTrue();
        assertThat(tasks.existsByOwner("eve")).isFalse();
        assertThat(tasks.removeByTitle("t0")).isEqualTo(1);
        assertThat(tasks.removeByTitle("t0")).isZero();
        List<Task> low = tasks.deleteByPriorityLessThan(2);
        assertThat(low).allMatch(t -> t.priority() < 2);
        tasks.deleteByOwner("ann");
        assertThat(tasks.existsByOwner("ann")).isFalse();
        assertThat(tasks.findAll()).allMatch(t -> t.owner().equals("bob"));
        assertThat(database.db().verifyIndexes("task").isClean()).isTrue();
    }

    @Test
    void projections_eachKind_areMade() {
        assertThat(tasks.findTitledByOwner("bob"))
                .extracting(Titled::getTitle)
                .contains("t3", "t7")
                .hasSize(10);
        assertThat(tasks.findOpenByOwner("bob"))
                .first()
                .extracting(Open::getLabel)
                .isEqualTo("t3/" + stored.get(3).priority());
        assertThat(tasks.findTitleOnlyByOwner("bob"))
                .contains(new TitleOnly("t3"))
                .hasSize(10);
        assertThat(tasks.findDynamicByOwner("bob", TitleOnly.class)).contains(new TitleOnly("t3"));
        assertThat(tasks.findDynamicByOwner("bob", Task.class)).contains(stored.get(3));
        assertThat(tasks.findDynamicByOwner("bob", Titled.class))
                .extracting(Titled::getTitle)
                .contains("t3");
        assertThat(tasks.annotatedProjection("bob")).contains(new TitleOnly("t3"));
    }

    @Test
    void annotated_queries_bindTheirValues() {
        assertThat(tasks.annotated("ann", 3))
                .isEqualTo(anns(BY_PRIORITY.reversed().thenComparing(BY_ID)).stream()
                        .filter(t -> t.priority() != null && t.priority() >= 3)
                        .toList());
        assertThat(tasks.annotated("ann' or owner = 'bob", 0)).isEmpty();
        List<Task> oneOrTwo = tasks.annotatedIn(List.of(1, 2), Sort.by("title"), Limit.of(3));
        assertThat(oneOrTwo)
                .allMatch(t -> t.priority() == 1 || t.priority() == 2)
                .extracting(Task::title)
                .isSorted();
        assertThat(oneOrTwo).hasSizeLessThanOrEqualTo(3);
        assertThat(tasks.annotatedIn(List.of(), Sort.unsorted(), Limit.unlimited()))
                .isEmpty();
        Page<Task> page = tasks.annotatedPage("ANN", 1, 4, PageRequest.of(0, 5));
        assertThat(page).allMatch(t -> t.owner().equals("ann") && t.priority() >= 1 && t.priority() <= 4);
        assertThat(tasks.annotatedCount("BOB")).isEqualTo(10);
        assertThat(tasks.annotatedExists("eve")).isFalse();
        assertThat(tasks.annotatedDelete("tag0")).isEqualTo(14);
        assertThat(tasks.count()).isEqualTo(26);
    }

    interface UnknownProperty extends FlowDbRepository<Task, String> {
        List<Task> findByColour(String colour);
    }

    interface TooFew extends FlowDbRepository<Task, String> {
        List<Task> findByOwnerAndTitle(String owner);
    }

    interface TooMany extends FlowDbRepository<Task, String> {
        List<Task> findByOwnerIsNull(String owner);
    }

    interface WrongType extends FlowDbRepository<Task, String> {
        List<Task> findByPriorityIn(Integer priority);
    }

    interface Geographic extends FlowDbRepository<Task, String> {
        List<Task> findByOwnerNear(String owner);
    }

    interface NoText extends FlowDbRepository<Task, String> {
        List<Task> findByPriorityIgnoreCase(Integer priority);
    }

    interface NoTextToMatch extends FlowDbRepository<Task, String> {
        List<Task> findByPriorityStartingWith(String prefix);
    }

    interface PageWithoutPageable extends FlowDbRepository<Task, String> {
        Page<Task> findByOwner(String owner);
    }

    interface WindowWithoutPosition extends FlowDbRepository<Task, String> {
        Window<Task> findByOwner(String owner);
    }

    interface UnknownSort extends FlowDbRepository<Task, String> {
        List<Task> findByOwnerOrderByColour(String owner);
    }

    interface BadLanguage extends FlowDbRepository<Task, String> {
        @Query("owner == ?1")
        List<Task> bad(String owner);
    }

    interface BadParameter extends FlowDbRepository<Task, String> {
        @Query("owner = :who")
        List<Task> bad(String owner);
    }

    interface BadProperty extends FlowDbRepository<Task, String> {
        @Query("colour = ?1")
        List<Task> bad(String colour);
    }

    @Test
    void method_thatDoesNotFit_isRefusedAtOnceByName() {
        for (Class<?> type : List.of(
                UnknownProperty.class,
                TooFew.class,
                TooMany.class,
                WrongType.class,
                Geographic.class,
                NoText.class,
                NoTextToMatch.class,
                UnknownSort.class,
                BadLanguage.class,
                BadParameter.class,
                BadProperty.class)) {
            assertThatThrownBy(() -> database.repository(type))
                    .as(type.getSimpleName())
                    .isInstanceOf(QueryCreationException.class)
                    .satisfies(e -> assertThat(e.toString()).contains(type.getDeclaredMethods()[0].getName()));
        }
        for (Class<?> type : List.of(PageWithoutPageable.class, WindowWithoutPosition.class)) {
            assertThatThrownBy(() -> database.repository(type))
                    .as(type.getSimpleName())
                    .satisfies(e -> assertThat(e.toString()).contains("findByOwner"));
        }
    }
}
