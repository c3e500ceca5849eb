package io.flowdb.boot.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.Config;
import io.flowdb.Engine;
import io.flowdb.annotation.Id;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.boot.actuate.QueryInsight.QueryMethod;
import io.flowdb.data.convert.MappingFlowDbConverter;
import io.flowdb.data.core.FlowDbTemplate;
import io.flowdb.data.core.SlowQueries;
import io.flowdb.data.core.StoreSchemas;
import io.flowdb.data.mapping.FlowDbMappingContext;
import io.flowdb.data.repository.FlowDbRepository;
import io.flowdb.data.repository.support.FlowDbRepositoryFactory;
import io.flowdb.json.JsonDB;
import io.flowdb.json.SchemaMode;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.data.domain.Pageable;

/** Every query method can be found by a name of its own. */
class RepositoryQueriesTest {
    private static final String BILLS = BillRepository.class.getName() + ".findByDue";

    private final JsonDB db =
            JsonDB.on(Engine.open(Config.builder().inMemory(true).build()));
    private final RepositoryQueries queries =
            new RepositoryQueries(new StaticListableBeanFactory().getBeanProvider(SlowQueries.class));

    @ObjectStore("bills")
    record Bill(@Id String id, Date due, int amount) {}

    interface ByAmount<T> extends FlowDbRepository<T, String> {
        List<T> findByAmount(int amount);
    }

    interface BillRepository extends ByAmount<Bill> {
        List<Bill> findByDue(Date due);

        List<Bill> findByDue(java.sql.Date due);

        List<Bill> findByDue(Date due, Pageable page);

        List<Bill> findByDueAndAmount(Date due, int amount);
    }

    interface OtherRepository extends ByAmount<Bill> {}

    interface ListRepository extends FlowDbRepository<Bill, String> {
        List<Bill> findByAmountIn(Collection<Integer> amounts);

        List<Bill> findByAmountNotIn(Iterable<Integer> amounts);
    }

    @BeforeEach
    void createRepositories() {
        FlowDbMappingContext context = new FlowDbMappingContext();
        MappingFlowDbConverter converter = new MappingFlowDbConverter(context);
        db.applySchemas(List.of(new StoreSchemas(converter).of(Bill.class)), SchemaMode.UPDATE);
        FlowDbRepositoryFactory factory = new FlowDbRepositoryFactory(new FlowDbTemplate(db, converter));
        factory.addQueryCreationListener(queries);
        factory.getRepository(BillRepository.class);
        factory.getRepository(OtherRepository.class);
    }

    @AfterEach
    void close() {
        db.close();
    }

    /**
     * Of methods whose parameters have types of the same simple name, and of those that repositories inherit, one hid
     * the others. The value of a java.sql.Date, which is a java.util.Date without toInstant(), could not be asked for.
     */
    @Test
    void methods_thatShareTheirNames_areToldApart() {
        assertThat(queries.methods())
                .extracting(QueryMethod::name)
                .containsExactlyInAnyOrder(
                        "BillRepository.findByAmount",
                        "OtherRepository.findByAmount",
                        "BillRepository.findByDueAndAmount",
                        "BillRepository.findByDue(Date,Pageable)",
                        BILLS + "(java.util.Date)",
                        BILLS + "(java.sql.Date)");
        for (QueryMethod method : queries.methods()) {
            String date = method.name().contains("java.sql") ? "2026-08-12" : "12 Aug 2026";
            String arguments = method.parameters().stream()
                    .map(type -> type.equals("int") ? "1" : date)
                    .collect(Collectors.joining(";"));
            assertThat(queries.explain(method.name(), arguments).plan().store()).isEqualTo("bills");
        }
        assertThatThrownBy(() -> queries.explain("BillRepository.findByDue", ""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("more than one");
    }

    /** They stayed texts, which are no numbers. */
    @Test
    void collections_areOfTheirElements() {
        FlowDbMappingContext context = new FlowDbMappingContext();
        FlowDbRepositoryFactory factory =
                new FlowDbRepositoryFactory(new FlowDbTemplate(db, new MappingFlowDbConverter(context)));
        factory.addQueryCreationListener(queries);
        factory.getRepository(ListRepository.class);

        assertThat(queries.explain("ListRepository.findByAmountIn", "1,2")
                        .plan()
                        .store())
                .isEqualTo("bills");
        assertThat(queries.explain("ListRepository.findByAmountNotIn", "1,2")
                        .plan()
                        .store())
                .isEqualTo("bills");
        assertThatThrownBy(() -> queries.explain("ListRepository.findByAmountNotIn", "1,x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'1,x'");
        assertThatThrownBy(() -> queries.explain("ListRepository.findByAmountIn", "1,x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'1,x'");
    }

    /** The same repository on a second engine. */
    @Test
    void methods_ofTwins_areNumbered() {
        createRepositories();

        String name = OtherRepository.class.getName() + ".findByAmount(int)";
        assertThat(queries.methods()).extracting(QueryMethod::name).contains(name, name + "-2");
    }
}
