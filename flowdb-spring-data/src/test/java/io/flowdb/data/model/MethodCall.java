package io.flowdb.data.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.data.model.RandomMethod.Form;
import io.flowdb.data.repository.FlowDbRepository;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.IncorrectResultSizeDataAccessException;
import org.springframework.data.domain.Limit;
import org.springframework.data.domain.Page;
import org.springframework.data.domain.PageRequest;
import org.springframework.data.domain.Pageable;
import org.springframework.data.domain.ScrollPosition;
import org.springframework.data.domain.Slice;
import org.springframework.data.domain.Sort;
import org.springframework.data.domain.Window;

/** One call of a method and what has to come of it. */
final class MethodCall {

    private final long seed;
    private final Random random;
    private final FlowDbRepository<Specimen, Long> repository;
    private final Method method;
    private final MethodMeaning meaning;
    private final List<List<@Nullable Object>> arguments;
    private final Sort sort;
    private final List<Object> described = new ArrayList<>();

    MethodCall(
            MethodRound round,
            FlowDbRepository<Specimen, Long> repository,
            Method method,
            MethodMeaning meaning,
            List<String> indexes) {
        this.seed = round.seed();
        this.random = round.random();
        this.repository = repository;
        this.method = method;
        this.meaning = meaning;
        this.arguments = meaning.arguments(random);
        boolean keyset = meaning.form() == Form.WINDOW;
        this.sort = Specimens.sort(random, !keyset);
        described.add(indexes);
    }

    private @Nullable Object invoke(Object... special) {
        List<@Nullable Object> all = new ArrayList<>();
        arguments.forEach(all::addAll);
        all.addAll(Arrays.asList(special));
        described.add(all);
        try {
            return method.invoke(repository, all.toArray());
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IncorrectResultSizeDataAccessException many) {
                throw many;
            }
            throw new AssertionError(description(), e.getCause());
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private String description() {
        List<Object> shown = new ArrayList<>();
        described.forEach(d -> shown.add(d instanceof List<?> l ? Arrays.deepToString(l.toArray()) : d));
        return "seed " + seed + ", " + meaning.declaration() + " " + shown + ", sort " + sort;
    }

    private void same(@Nullable Object found, List<Specimen> wanted) {
        Stream<?> stream = found instanceof Stream<?> lazy
                ? lazy
                : StreamSupport.stream(((Iterable<?>) found).spliterator(), false);
        try (Stream<?> closed = stream) {
            assertThat(closed.map(s -> ((Specimen) s).id()))
                    .as(this::description)
                    .containsExactlyElementsOf(ids(wanted));
        }
    }

    private static List<Long> ids(List<Specimen> specimens) {
        return specimens.stream().map(Specimen::id).toList();
    }

    private List<Specimen> wanted(Map<Long, Specimen> state, Sort more) {
        return state.values().stream()
                .filter(s -> meaning.holds(s, arguments))
                .sorted(Values.order(meaning.sort().and(more)))
                .limit(meaning.most() < 0 ? Long.MAX_VALUE : meaning.most())
                .toList();
    }

    void check(Map<Long, Specimen> state) {
        List<Specimen> plain = wanted(state, Sort.unsorted());
        switch (meaning.form()) {
            case LIST, SET -> same(invoke(), plain);
            case LIST_BY_SORT, STREAM -> same(invoke(sort), wanted(state, sort));
            case LIST_BY_LIMIT -> {
                Limit limit = limit();
                same(invoke(limit), cut(plain, 0, limit));
            }
            case LIST_BY_SORT_AND_LIMIT -> {
                Limit limit = limit();
                same(invoke(sort, limit), cut(wanted(state, sort), 0, limit));
            }
            case LIST_BY_PAGE, PAGE, SLICE -> page(state);
            case WINDOW -> windows(state);
            case ONE -> one(plain);
            case COUNT -> assertThat(invoke()).as(this::description).isEqualTo((long) plain.size());
            case EXISTS -> assertThat(invoke()).as(this::description).isEqualTo(!plain.isEmpty());
            case DELETE -> {
                assertThat(invoke()).as(this::description).isEqualTo(plain.size());
                gone(state, plain);
            }
            case DELETE_AND_RETURN -> {
                same(invoke(), plain);
                gone(state, plain);
            }
        }
    }

    private void gone(Map<Long, Specimen> state, List<Specimen> deleted) {
        List<Long> left = new ArrayList<>(state.keySet());
        left.removeAll(ids(deleted));
        left.sort(null);
        same(repository.findAll(), left.stream().map(state::get).toList());
    }

    private Limit limit() {
        return random.nextInt(4) == 0 ? Limit.unlimited() : Limit.of(1 + random.nextInt(8));
    }

    private static List<Specimen> cut(List<Specimen> all, long from, Limit limit) {
        return all.stream()
                .skip(from)
                .limit(limit.isLimited() ? limit.max() : Long.MAX_VALUE)
                .toList();
    }

    /** The first of those that the name bounds; otherwise there has to be one. */
    private void one(List<Specimen> plain) {
        if (plain.size() > 1 && meaning.most() < 0) {
            assertThatThrownBy(this::invoke)
                    .as(this::description)
                    .isInstanceOf(IncorrectResultSizeDataAccessException.class);
            return;
        }
        Optional<?> found = (Optional<?>) invoke();
        same(found.stream(), cut(plain, 0, Limit.of(1)));
    }

    private void page(Map<Long, Specimen> state) {
        boolean unpaged = random.nextInt(6) == 0;
        Pageable pageable =
                unpaged ? Pageable.unpaged(sort) : PageRequest.of(random.nextInt(3), 1 + random.nextInt(10), sort);
        List<Specimen> all = wanted(state, sort);
        List<Specimen> page = unpaged ? all : cut(all, pageable.getOffset(), Limit.of(pageable.getPageSize()));
        Object found = invoke(pageable);
        same(found, page);
        if (found instanceof Page<?> counted) {
            assertThat(counted.getTotalElements()).as(this::description).isEqualTo(all.size());
        }
        if (found instanceof Slice<?> slice) {
            boolean more = !unpaged && all.size() > pageable.getOffset() + pageable.getPageSize();
            assertThat(slice.hasNext()).as(this::description).isEqualTo(more);
        }
    }

    private void windows(Map<Long, Specimen> state) {
        List<Specimen> all = wanted(state, sort);
        Limit limit = limit();
        boolean backward = random.nextInt(3) == 0;
        ScrollPosition position = backward
                ? ScrollPosition.keyset().backward()
                : random.nextBoolean() ? ScrollPosition.keyset() : ScrollPosition.offset();
        int size = limit.isLimited() ? limit.max() : Integer.MAX_VALUE;
        for (int seen = 0; ; seen += size) {
            int end = backward ? all.size() - seen : (int) Math.min((long) seen + size, all.size());
            int start = backward ? (int) Math.max(0, (long) end - size) : seen;
            Window<?> window = (Window<?>) invoke(position, sort, limit);
            same(window, all.subList(start, end));
            boolean more = backward ? start > 0 : end < all.size();
            assertThat(window.hasNext()).as(this::description).isEqualTo(more);
            if (!more) {
                return;
            }
            position = window.positionAt(backward ? 0 : window.size() - 1);
        }
    }
}
