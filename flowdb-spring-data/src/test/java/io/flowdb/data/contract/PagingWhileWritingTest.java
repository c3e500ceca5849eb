package io.flowdb.data.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.annotation.CompoundIndex;
import io.flowdb.annotation.Id;
import io.flowdb.annotation.Indexed;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.data.TestDatabase;
import io.flowdb.data.core.ExecutableQuery;
import io.flowdb.data.core.FlowDbTemplate;
import io.flowdb.data.core.FlowDbTransactionManager;
import io.flowdb.data.repository.FlowDbRepository;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.data.domain.KeysetScrollPosition;
import org.springframework.data.domain.Page;
import org.springframework.data.domain.PageRequest;
import org.springframework.data.domain.Pageable;
import org.springframework.data.domain.ScrollPosition;
import org.springframework.data.domain.Slice;
import org.springframework.data.domain.Sort;
import org.springframework.data.domain.Window;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * While another thread inserts, changes and deletes rows between them, rows that nobody touches come once each and in
 * order: through windows by keyset, in both directions, with nulls and ties; and through pages and slices within one
 * read-only transaction.
 */
class PagingWhileWritingTest {

    @ObjectStore
    @CompoundIndex(paths = {"kind", "rank"})
    record Row(
            @Id String id,
            @Indexed @Nullable Integer rank,
            @Nullable String kind,
            boolean steady) {}

    interface Rows extends FlowDbRepository<Row, String> {
        Page<Row> findBySteadyIn(List<Boolean> any, Pageable page);

        Slice<Row> findByIdNotNull(Pageable page);
    }

    private static final int STEADY = 240;

    /** Comparators are those of the documented order: null first going up, last going down, ties by id. */
    private static final Comparator<Row> BY_RANK =
            Comparator.comparing(Row::rank, Comparator.nullsFirst(Comparator.naturalOrder()));

    private static final Comparator<Row> BY_KIND =
            Comparator.comparing(Row::kind, Comparator.nullsFirst(Comparator.naturalOrder()));
    private static final Comparator<Row> BY_ID = Comparator.comparing(Row::id);

    private final long seed = Long.getLong("flowdb.test.seed", System.nanoTime());
    private final TestDatabase database = TestDatabase.with(Row.class);
    private final FlowDbTemplate template = database.template();
    private final List<Row> steady = new ArrayList<>();
    private final AtomicBoolean stop = new AtomicBoolean();
    private final AtomicLong writes = new AtomicLong();
    private CompletableFuture<Void> writer;

    @BeforeEach
    void startWriting() {
        System.out.println("flowdb.test.seed=" + seed);
        Random random = new Random(seed);
        for (int i = 0; i < STEADY; i++) {
            steady.add(row(random, String.format("s%04d", i), true));
        }
        template.insertAll(steady);
        writer = CompletableFuture.runAsync(() -> {
            Random own = new Random(seed + 1);
            do {
                String id = (own.nextBoolean() ? "a" : "t") + own.nextInt(200);
                if (own.nextInt(3) == 0) {
                    template.deleteById(id, Row.class);
                } else {
                    template.save(row(own, id, false));
                }
                writes.incrementAndGet();
            } while (!stop.get());
        });
    }

    @AfterEach
    void stopWriting() {
        stop.set(true);
        writer.join();
        assertThat(writes).hasPositiveValue();
        database.close();
    }

    private static Row row(Random random, String id, boolean steady) {
        return new Row(
                id,
                random.nextInt(5) == 0 ? null : random.nextInt(12),
                random.nextInt(5) == 0 ? null : "k" + random.nextInt(4),
                steady);
    }

    private List<Row> sorted(Comparator<Row> order) {
        return steady.stream().sorted(order).toList();
    }

    private void awaitWrites(int more) {
        long until = writes.get() + more;
        while (writes.get() < until && !writer.isDone()) {
            Thread.yield();
        }
    }

    @Test
    void windows_everySortForward_areWhole() {
        for (Order order : orders()) {
            List<Row> seen = new ArrayList<>();
            Window<Row> window = window(order.sort(), ScrollPosition.keyset());
            while (true) {
                window.forEach(seen::add);
                if (!window.hasNext()) {
                    break;
                }
                awaitWrites(3);
                window = window(order.sort(), (KeysetScrollPosition) window.positionAt(window.size() - 1));
            }
            assertWhole(seen, order.comparator(), order);
        }
    }

    @Test
    void windows_everySortBackward_areWhole() {
        for (Order order : orders()) {
            List<Row> seen = new ArrayList<>();
            KeysetScrollPosition position = ScrollPosition.keyset().backward();
            while (true) {
                Window<Row> window = window(order.sort(), position);
                List<Row> content = new ArrayList<>(window.getContent());
                Collections.reverse(content);
                seen.addAll(content);
                if (!window.hasNext()) {
                    break;
                }
                awaitWrites(3);
                position = ((KeysetScrollPosition) window.positionAt(0)).backward();
            }
            assertWhole(seen, order.comparator().reversed(), order);
        }
    }

    private Window<Row> window(Sort sort, KeysetScrollPosition position) {
        ExecutableQuery<Row, Row> query = template.query(Row.class).sort(sort).limit(17);
        return query.scroll(position);
    }

    /**
     * The steady rows are all there; all, those of the writer included, are in order: what follows a position lies
     * after it.
     */
    private void assertWhole(List<Row> seen, Comparator<Row> comparator, Order order) {
        assertThat(seen.stream().filter(Row::steady).toList())
                .as("%s, seed %d", order.sort(), seed)
                .isEqualTo(sorted(comparator));
        assertThat(seen).as("%s, seed %d", order.sort(), seed).isSortedAccordingTo(comparator);
    }

    @Test
    void pagesAndSlices_inOneReadOnlyTransaction_areWhole() {
        Rows rows = database.repository(Rows.class);
        TransactionTemplate readOnly = new TransactionTemplate(new FlowDbTransactionManager(database.db()));
        readOnly.setReadOnly(true);
        for (Order order : orders()) {
            readOnly.executeWithoutResult(status -> {
                List<Row> all = rows.findAll(order.sort());
                assertThat(all.stream().filter(Row::steady).toList()).isEqualTo(sorted(order.comparator()));
                List<Row> paged = new ArrayList<>();
                Page<Row> page = rows.findAll(PageRequest.of(0, 31, order.sort()));
                while (true) {
                    paged.addAll(page.getContent());
                    assertThat(page.getTotalElements()).isEqualTo(all.size());
                    if (!page.hasNext()) {
                        break;
                    }
                    awaitWrites(3);
                    page = rows.findBySteadyIn(List.of(true, false), page.nextPageable());
                }
                assertThat(paged).as("%s, seed %d", order.sort(), seed).isEqualTo(all);
                List<Row> sliced = new ArrayList<>();
                Slice<Row> slice = rows.findByIdNotNull(PageRequest.of(0, 29, order.sort()));
                sliced.addAll(slice.getContent());
                while (slice.hasNext()) {
                    awaitWrites(3);
                    slice = rows.findByIdNotNull(slice.nextPageable());
                    sliced.addAll(slice.getContent());
                }
                assertThat(sliced).as("%s, seed %d", order.sort(), seed).isEqualTo(all);
            });
        }
    }

    private record Order(Sort sort, Comparator<Row> comparator) {}

    private static List<Order> orders() {
        Comparator<Row> nullsLast = Comparator.comparing(Row::rank, Comparator.nullsLast(Comparator.naturalOrder()));
        return List.of(
                new Order(Sort.by("rank"), BY_RANK.thenComparing(BY_ID)),
                new Order(Sort.by("rank").descending(), BY_RANK.reversed().thenComparing(BY_ID)),
                new Order(
                        Sort.by("kind", "rank"), BY_KIND.thenComparing(BY_RANK).thenComparing(BY_ID)),
                new Order(
                        Sort.by("kind").and(Sort.by("rank").descending()),
                        BY_KIND.thenComparing(BY_RANK.reversed()).thenComparing(BY_ID)),
                new Order(Sort.by(Sort.Order.asc("rank").nullsLast()), nullsLast.thenComparing(BY_ID)),
                new Order(Sort.by("kind").and(Sort.by("id").descending()), BY_KIND.thenComparing(BY_ID.reversed())));
    }
}
