package io.flowdb.data.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.flowdb.data.core.RowPolicyWorld.Level;
import io.flowdb.data.core.RowPolicyWorld.Sealed;
import io.flowdb.data.core.RowPolicyWorld.Secret;
import io.flowdb.data.core.RowPolicyWorld.Secrets;
import io.flowdb.json.ExportFormat;
import io.flowdb.json.Filter;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.dao.PermissionDeniedDataAccessException;
import org.springframework.data.domain.Example;
import org.springframework.data.domain.ExampleMatcher;
import org.springframework.data.domain.Limit;
import org.springframework.data.domain.Page;
import org.springframework.data.domain.PageRequest;
import org.springframework.data.domain.ScrollPosition;
import org.springframework.data.domain.Slice;
import org.springframework.data.domain.Sort;
import org.springframework.data.domain.Window;

/**
 * What a user may not see makes no difference to anything the user can ask: each method of template and repositories
 * gives the same with the rows of another user in the store and without them, results and exceptions alike, and leaves
 * those rows as they are. The methods are found by reflection, so one that is added has to be added here.
 */
class RowPolicyEveryMethodTest {
    @FunctionalInterface
    private interface Call {
        @Nullable
        Object on(RowPolicyWorld world) throws Exception;
    }

    private final Map<String, List<Call>> calls = new LinkedHashMap<>();

    private void call(String method, Call... ways) {
        calls.merge(
                method,
                List.of(ways),
                (a, b) -> Stream.concat(a.stream(), b.stream()).toList());
    }

    private static Set<String> methods(Class<?>... types) {
        Set<String> names = new TreeSet<>();
        for (Class<?> type : types) {
            for (Method method : type.getMethods()) {
                if (!Modifier.isStatic(method.getModifiers())
                        && !method.isBridge()
                        && method.getDeclaringClass() != Object.class) {
                    names.add(nameOf(type, method));
                }
            }
        }
        return names;
    }

    private static String nameOf(Class<?> type, Method method) {
        return type.getSimpleName() + "." + method.getName() + "("
                + Arrays.stream(method.getParameterTypes())
                        .map(Class::getSimpleName)
                        .collect(Collectors.joining(",")) + ")";
    }

    @ParameterizedTest
    @ValueSource(strings = {"ann", "bob"})
    void everyMethod_withAndWithoutRowsOfAnother_isTheSame(String user) {
        template();
        fluent();
        repository();
        assertThat(calls.keySet())
                .as("a method without a call here has not been checked")
                .containsExactlyInAnyOrderElementsOf(methods(
                        FlowDbOperations.class,
                        ExecutableQuery.class,
                        ExecutableInsert.class,
                        ExecutableUpdate.class,
                        ExecutableDelete.class,
                        EntityChanges.class,
                        Secrets.class));
        calls.forEach((method, ways) -> {
            for (int i = 0; i < ways.size(); i++) {
                String with;
                try (RowPolicyWorld world = new RowPolicyWorld(user, true)) {
                    with = outcome(ways.get(i), world);
                    world.assertOthersUntouched();
                    assertThat(with).as(method).doesNotContain(world.other + "2", world.other + "3");
                }
                try (RowPolicyWorld world = new RowPolicyWorld(user, false)) {
                    assertThat(with).as("%s, way %s", method, i).isEqualTo(outcome(ways.get(i), world));
                }
            }
        });
    }

    private static String outcome(Call call, RowPolicyWorld world) {
        try {
            return text(call.on(world)) + " leaving " + world.secrets.findAll();
        } catch (Exception e) {
            return e + " leaving " + world.secrets.findAll();
        }
    }

    private static String text(@Nullable Object result) {
        if (result instanceof Stream<?> stream) {
            try (stream) {
                return stream.toList().toString();
            }
        }
        if (result instanceof Page<?> page) {
            return page.getContent() + " of " + page.getTotalElements();
        }
        if (result instanceof Slice<?> slice) {
            return slice.getContent() + " more " + slice.hasNext();
        }
        if (result instanceof Window<?> window) {
            List<Object> positions = new ArrayList<>();
            for (int i = 0; i < window.size(); i++) {
                positions.add(window.positionAt(i));
            }
            return window.getContent() + " at " + positions + " more " + window.hasNext();
        }
        if (result instanceof List<?> list) {
            return list.stream()
                    .map(each -> each instanceof Level level ? "level " + level.getLevel() : "" + each)
                    .toList()
                    .toString();
        }
        return String.valueOf(result);
    }

    private void template() {
        String t = "FlowDbOperations.";
        call(t + "insert(Object)", w -> w.template.insert(w.fresh("x")), w -> w.template.insert(w.mine(3)));
        call(t + "insertAll(Iterable)", w -> w.template.insertAll(List.of(w.fresh("x"), w.fresh("y"))));
        call(
                t + "save(Object)",
                w -> w.template.save(w.mine(7)),
                w -> w.template.save(w.fresh("x")),
                w -> w.template.save(new Sealed(w.user + "-sealed", w.user, 1L)),
                w -> w.template.save(new Sealed(w.other + "-sealed", w.user, 1L)));
        call(t + "saveAll(Iterable)", w -> w.template.saveAll(List.of(w.mine(7), w.fresh("x"))));
        call(t + "findById(Object,Class)", w -> w.template.findById(w.other + "1", Secret.class));
        call(t + "findAllById(Iterable,Class)", w -> w.template.findAllById(w.ids(), Secret.class));
        call(t + "existsById(Object,Class)", w -> w.template.existsById(w.other + "1", Secret.class));
        call(
                t + "find(FlowDbQuery,Class)",
                w -> w.template.find(w.all(), Secret.class),
                w -> w.template.find(w.theirCode(), Secret.class),
                w -> w.template.find(w.all().withOffset(1).withLimit(3), Secret.class));
        call(
                t + "findOne(FlowDbQuery,Class)",
                w -> w.template.findOne(w.theirCode(), Secret.class),
                w -> w.template.findOne(w.all(), Secret.class));
        call(t + "findFirst(FlowDbQuery,Class)", w -> w.template.findFirst(w.theirCode(), Secret.class));
        call(t + "stream(FlowDbQuery,Class)", w -> w.template.stream(w.all(), Secret.class));
        call(
                t + "findPage(FlowDbQuery,Pageable,Class)",
                w -> w.template.findPage(w.all(), PageRequest.of(0, 2), Secret.class));
        call(
                t + "findSlice(FlowDbQuery,Pageable,Class)",
                w -> w.template.findSlice(w.all(), PageRequest.of(0, 3), Secret.class));
        call(
                t + "scroll(FlowDbQuery,ScrollPosition,Class)",
                w -> w.template.scroll(
                        FlowDbQuery.all().withSort(Sort.by("level")).withLimit(3),
                        ScrollPosition.keyset(),
                        Secret.class),
                w -> w.template.scroll(
                        FlowDbQuery.all().withSort(Sort.by("level")).withLimit(3), w.madeUp(), Secret.class),
                w -> w.template.scroll(w.all().withLimit(3), ScrollPosition.offset(), Secret.class));
        call(
                t + "count(FlowDbQuery,Class)",
                w -> w.template.count(w.theirCode(), Secret.class),
                w -> w.template.count(FlowDbQuery.all(), Secret.class));
        call(t + "exists(FlowDbQuery,Class)", w -> w.template.exists(w.theirCode(), Secret.class));
        call(
                t + "delete(Object)",
                w -> w.template.delete(w.theirs()),
                w -> w.template.delete(w.mine(1)),
                w -> w.template.delete(new Sealed(w.other + "-sealed", w.user, 1L)));
        call(t + "deleteById(Object,Class)", w -> w.template.deleteById(w.other + "1", Secret.class));
        call(t + "deleteAll(Iterable)", w -> {
            w.template.deleteAll(List.of(w.theirs(), w.mine(1)));
            return null;
        });
        call(t + "deleteAll(Class)", w -> {
            w.template.deleteAll(Secret.class);
            return null;
        });
        call(t + "deleteAllById(Iterable,Class)", w -> {
            w.template.deleteAllById(w.ids(), Secret.class);
            return null;
        });
        call(
                t + "delete(FlowDbQuery,Class)",
                w -> w.template.delete(FlowDbQuery.all(), Secret.class),
                w -> w.template.delete(w.theirCode(), Secret.class));
        call(t + "findAndDelete(FlowDbQuery,Class)", w -> w.template.findAndDelete(w.all(), Secret.class));
        call(t + "findOneAndDelete(FlowDbQuery,Class)", w -> w.template.findOneAndDelete(w.all(), Secret.class));
        call(
                t + "explain(FlowDbQuery,Class)",
                w -> w.template.explain(w.theirCode(), Secret.class),
                w -> w.template.explain(w.all(), Secret.class));
        call(t + "adviseIndex(FlowDbQuery,Class)", w -> w.template.adviseIndex(w.theirCode(), Secret.class));
        call(t + "changes(Class)", RowPolicyEveryMethodTest::changes);
        call(t + "changes(Class,long)", w -> {
            w.template.changes(Secret.class);
            EntityChanges<Secret> feed =
                    w.template.changes(Secret.class, w.database.db().lastSeqno());
            w.template.save(w.mine(8));
            return feed.poll(Duration.ofSeconds(60)).changes();
        });
        call(
                t + "export(Class,OutputStream,ExportFormat)",
                w -> export(w, ExportFormat.NDJSON),
                w -> export(w, ExportFormat.ARRAY));
        call(t + "getScanMode()", w -> w.template.getScanMode());
        call(t + "conditions(Class)", w -> w.template.conditions(Secret.class).eq("id", 1 + w.user));
        call(t + "storeOf(Class)", w -> w.template.storeOf(Secret.class));
        call(t + "getConverter()", w -> w.template.getConverter().write(w.mine(1)));
        call(t + "execute(Function)", w -> w.template.execute(documents -> documents.get("secret", w.other + "1")));
        call(
                t + "executeAtomically(Collection,Function)",
                w -> w.template.executeAtomically(Set.of("secret"), documents -> documents.count("secret")));
        // the way around, which says so: RowPolicyTest
        call(t + "bypassingRowPolicies(String)", w -> null);
        call(t + "query(Class)", w -> w.query().all());
        call(t + "insert(Class)", w -> w.template.insert(Secret.class).one(w.fresh("x")));
        call(
                t + "update(Class)",
                w -> w.template.update(Secret.class).set("level", 9).all());
        call(t + "delete(Class)", w -> w.template.delete(Secret.class).all());
    }

    private static Object changes(RowPolicyWorld w) throws Exception {
        EntityChanges<Secret> feed = w.template.changes(Secret.class);
        FlowDbOperations bare = w.template.bypassingRowPolicies("the other user");
        Secret lent = new Secret("lent", w.other, "code-lent", 1);
        bare.save(lent); // nothing to see
        bare.save(new Secret("lent", w.user, "code-lent", 2)); // comes into sight
        w.template.save(new Secret("lent", w.user, "code-lent", 3));
        bare.save(lent); // goes out of sight
        bare.delete(lent);
        w.template.delete(w.mine(1));
        List<Object> seen = new ArrayList<>();
        while (seen.size() < 4) {
            seen.addAll(feed.poll(Duration.ofSeconds(60)).changes());
        }
        assertThat(feed.poll(Duration.ZERO)).isNull();
        return seen;
    }

    private static Object export(RowPolicyWorld w, ExportFormat format) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        return w.template.export(Secret.class, out, format) + ": " + out.toString(StandardCharsets.UTF_8);
    }

    private void fluent() {
        String q = "ExecutableQuery.";
        call(q + "as(Class)", w -> w.query().as(Level.class).all());
        call(q + "matching(FlowDbQuery)", w -> w.query().matching(w.theirCode()).all());
        call(
                q + "matching(Filter)",
                w -> w.query().matching(Filter.eq("owner", w.other)).all());
        call(
                q + "matching(Function)",
                w -> w.query()
                        .matching(c -> Filter.or(c.all(), c.eq("owner", w.other)))
                        .all());
        call(q + "sort(Sort)", w -> w.query().sort(Sort.by("code")).all());
        call(q + "offset(long)", w -> w.query().offset(2).all());
        call(q + "limit(int)", w -> w.query().limit(5).all());
        call(q + "limit(Limit)", w -> w.query().limit(Limit.of(2)).all());
        call(
                q + "one()",
                w -> w.query().one(),
                w -> w.query().matching(w.theirCode()).one());
        call(q + "first()", w -> w.query().first());
        call(q + "all()", w -> w.query().all());
        call(q + "stream()", w -> w.query().stream());
        call(q + "page(Pageable)", w -> w.query().page(PageRequest.of(0, 1)));
        call(q + "slice(Pageable)", w -> w.query().slice(PageRequest.of(0, 3)));
        call(
                q + "scroll(ScrollPosition)",
                w -> w.query().limit(2).scroll(w.madeUp()),
                w -> w.query().limit(4).scroll(ScrollPosition.keyset()));
        call(q + "count()", w -> w.query().count());
        call(q + "exists()", w -> w.query().matching(w.theirCode()).exists());
        call(q + "explain()", w -> w.query().explain());
        call(
                "ExecutableInsert.one(Object)",
                w -> w.template.insert(Secret.class).one(w.fresh("x")));
        call(
                "ExecutableInsert.all(Iterable)",
                w -> w.template.insert(Secret.class).all(List.of(w.fresh("x"))));
        String u = "ExecutableUpdate.";
        call(
                u + "matching(FlowDbQuery)",
                w -> w.template
                        .update(Secret.class)
                        .matching(w.theirCode())
                        .set("level", 9)
                        .all());
        call(
                u + "matching(Filter)",
                w -> w.template
                        .update(Secret.class)
                        .matching(Filter.eq("owner", w.other))
                        .set("owner", w.user)
                        .all());
        call(
                u + "matching(Function)",
                w -> w.template
                        .update(Secret.class)
                        .matching(c -> c.eq("owner", w.other))
                        .set("level", 9)
                        .all());
        call(
                u + "sort(Sort)",
                w -> w.template
                        .update(Secret.class)
                        .sort(Sort.by("code"))
                        .limit(1)
                        .set("level", 9)
                        .all());
        call(
                u + "limit(int)",
                w -> w.template.update(Secret.class).limit(5).set("level", 9).all());
        call(
                u + "set(String,Object)",
                w -> w.template.update(Secret.class).set("level", 9).all(),
                w -> w.template.update(Secret.class).set("owner", w.other).all());
        call(
                u + "set(TypedPropertyPath,Object)",
                w -> w.template.update(Secret.class).set(Secret::level, 9).all());
        call(
                u + "increment(String,Number)",
                w -> w.template.update(Secret.class).increment("level", 1).all());
        call(
                u + "apply(UnaryOperator)",
                w -> w.template
                        .update(Secret.class)
                        .apply(s -> new Secret(s.id(), s.owner(), s.code() + "!", s.level()))
                        .all());
        call(u + "all()", w -> w.template.update(Secret.class).all());
        call(
                u + "findAndUpdate()",
                w -> w.template.update(Secret.class).set("level", 9).findAndUpdate());
        String d = "ExecutableDelete.";
        call(
                d + "matching(FlowDbQuery)",
                w -> w.template.delete(Secret.class).matching(w.theirCode()).all());
        call(
                d + "matching(Filter)",
                w -> w.template
                        .delete(Secret.class)
                        .matching(Filter.eq("owner", w.other))
                        .all());
        call(
                d + "matching(Function)",
                w -> w.template.delete(Secret.class).matching(Conditions::all).all());
        call(d + "all()", w -> w.template.delete(Secret.class).all());
        call(d + "findAndDelete()", w -> w.template.delete(Secret.class).findAndDelete());
        call("EntityChanges.poll(Duration)", RowPolicyEveryMethodTest::changes);
        call("EntityChanges.skip()", w -> {
            EntityChanges<Secret> feed = w.template.changes(Secret.class);
            feed.skip();
            return feed.poll(Duration.ZERO);
        });
        call("EntityChanges.position()", w -> w.template.changes(Secret.class).position() > 0);
    }

    private void repository() {
        String r = "Secrets.";
        call(r + "findByLevelGreaterThan(int)", w -> w.secrets.findByLevelGreaterThan(0));
        call(r + "findByCode(String)", w -> w.secrets.findByCode("code-" + w.other + "1"));
        call(
                r + "findByCodeStartingWithOrderByLevel(String)",
                w -> w.secrets.findByCodeStartingWithOrderByLevel("code"));
        call(r + "findByLevelLessThan(int,Pageable)", w -> w.secrets.findByLevelLessThan(9, PageRequest.of(0, 2)));
        call(r + "findByOwnerNot(String,Pageable)", w -> w.secrets.findByOwnerNot("x", PageRequest.of(0, 3)));
        call(r + "countByLevel(int)", w -> w.secrets.countByLevel(2));
        call(r + "existsByCode(String)", w -> w.secrets.existsByCode("code-" + w.other + "1"));
        call(r + "deleteByLevel(int)", w -> w.secrets.deleteByLevel(1));
        call(r + "removeByCode(String)", w -> w.secrets.removeByCode("code-" + w.other + "1"));
        call(
                r + "findFirst2ByOrderByLevelDesc(ScrollPosition)",
                w -> w.secrets.findFirst2ByOrderByLevelDesc(ScrollPosition.keyset()),
                w -> w.secrets.findFirst2ByOrderByLevelDesc(w.madeUp()));
        call(r + "streamByLevel(int)", w -> w.secrets.streamByLevel(2));
        call(r + "sneaky()", w -> w.secrets.sneaky());
        call(r + "sneakyDelete()", w -> w.secrets.sneakyDelete());
        call(r + "insert(Object)", w -> w.secrets.insert(w.fresh("x")));
        call(r + "insertAll(Iterable)", w -> w.secrets.insertAll(List.of(w.fresh("x"))));
        call(r + "save(Object)", w -> w.secrets.save(w.mine(9)));
        call(r + "saveAll(Iterable)", w -> w.secrets.saveAll(List.of(w.mine(9), w.fresh("x"))));
        call(r + "findById(Object)", w -> w.secrets.findById(w.other + "1"));
        call(r + "existsById(Object)", w -> w.secrets.existsById(w.other + "1"));
        call(r + "findAll()", w -> w.secrets.findAll());
        call(r + "findAllById(Iterable)", w -> w.secrets.findAllById(w.ids()));
        call(r + "findAll(Sort)", w -> w.secrets.findAll(Sort.by("level")));
        call(r + "findAll(Pageable)", w -> w.secrets.findAll(PageRequest.of(0, 1)));
        call(r + "findAll(Limit)", w -> w.secrets.findAll(Limit.of(5)));
        call(r + "findAll(Sort,Limit)", w -> w.secrets.findAll(Sort.by("level").descending(), Limit.of(2)));
        call(r + "stream()", w -> w.secrets.stream());
        call(r + "count()", w -> w.secrets.count());
        call(r + "deleteById(Object)", nothing(w -> w.secrets.deleteById(w.other + "1")));
        call(
                r + "delete(Object)",
                nothing(w -> w.secrets.delete(w.theirs())),
                nothing(w -> w.secrets.delete(w.mine(1))));
        call(r + "deleteAllById(Iterable)", nothing(w -> w.secrets.deleteAllById(w.ids())));
        call(r + "deleteAll(Iterable)", nothing(w -> w.secrets.deleteAll(List.of(w.theirs(), w.mine(1)))));
        call(r + "deleteAll()", nothing(w -> w.secrets.deleteAll()));
        call(r + "findOne(Example)", w -> w.secrets.findOne(theirs(w)));
        call(r + "findAll(Example)", w -> w.secrets.findAll(theirs(w)));
        call(r + "findAll(Example,Sort)", w -> w.secrets.findAll(anyOf(w), Sort.by("level")));
        call(r + "findAll(Example,Pageable)", w -> w.secrets.findAll(anyOf(w), PageRequest.of(0, 1)));
        call(r + "count(Example)", w -> w.secrets.count(theirs(w)));
        call(r + "exists(Example)", w -> w.secrets.exists(theirs(w)));
        call(
                r + "findBy(Example,Function)",
                w -> w.secrets.<Secret, Object>findBy(
                        anyOf(w), q -> q.sortBy(Sort.by("code")).all()));
    }

    private static Call nothing(java.util.function.Consumer<RowPolicyWorld> action) {
        return world -> {
            action.accept(world);
            return null;
        };
    }

    private static Example<Secret> theirs(RowPolicyWorld w) {
        return Example.of(w.theirs());
    }

    private static Example<Secret> anyOf(RowPolicyWorld w) {
        return Example.of(w.theirs(), ExampleMatcher.matchingAny());
    }

    /** A write over what is taken cannot succeed; but it says no more than that. */
    @Test
    void write_overRowsOfAnother_saysOnlyThatItIsNotPermitted() {
        try (RowPolicyWorld w = new RowPolicyWorld("ann", true)) {
            for (Secret bad : List.of(
                    new Secret("bob1", "ann", "new", 1),
                    new Secret("bob1", "bob", "code-bob1", 1),
                    new Secret("ann1", "bob", "code-ann1", 1),
                    new Secret("x", "ann", "code-bob1", 1))) {
                assertThatThrownBy(() -> w.template.save(bad))
                        .isInstanceOf(PermissionDeniedDataAccessException.class)
                        .hasMessageNotContaining("bob");
                assertThatThrownBy(() -> w.template.insert(Secret.class).one(bad))
                        .as("%s", bad)
                        .isInstanceOfAny(PermissionDeniedDataAccessException.class, DuplicateKeyException.class)
                        .hasMessageNotContaining("bob");
            }
            assertThatThrownBy(() -> w.template
                            .update(Secret.class)
                            .matching(c -> c.eq("level", 1))
                            .set("code", "code-bob1")
                            .all())
                    .isInstanceOf(PermissionDeniedDataAccessException.class)
                    .hasMessageNotContaining("bob");
            assertThatThrownBy(() -> w.template.save(new Sealed("bob-sealed", "ann", 1L)))
                    .as("as one that is not there")
                    .isInstanceOf(OptimisticLockingFailureException.class)
                    .hasMessageStartingWith("There is no Sealed");
            w.assertOthersUntouched();
            assertThat(w.secrets.findAll()).isEqualTo(RowPolicyWorld.rowsOf("ann"));
        }
    }

    @Test
    void bareDocuments_withPolicies_needTheBypassWhichIsLogged() {
        Logger logger = (Logger) LoggerFactory.getLogger(FlowDbTemplate.class);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        logger.addAppender(log);
        try (RowPolicyWorld w = new RowPolicyWorld("ann", true)) {
            assertThatThrownBy(() -> w.template.execute(documents -> documents.count("secret")))
                    .isInstanceOf(InvalidDataAccessApiUsageException.class)
                    .hasMessageContaining("bypassingRowPolicies");
            assertThat(log.list).isEmpty();
            assertThat(w.template
                            .bypassingRowPolicies("a count of all")
                            .<Long>execute(documents -> documents.count("secret")))
                    .isEqualTo(6);
            assertThat(log.list)
                    .extracting(ILoggingEvent::getFormattedMessage)
                    .containsExactly("Row policies are bypassed: a count of all");
        } finally {
            logger.detachAppender(log);
        }
    }
}
