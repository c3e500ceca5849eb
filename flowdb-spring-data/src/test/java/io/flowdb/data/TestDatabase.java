package io.flowdb.data;

import io.flowdb.Config;
import io.flowdb.Engine;
import io.flowdb.data.convert.FlowDbCustomConversions;
import io.flowdb.data.convert.MappingFlowDbConverter;
import io.flowdb.data.core.FlowDbTemplate;
import io.flowdb.data.core.StoreSchemas;
import io.flowdb.data.mapping.FlowDbMappingContext;
import io.flowdb.data.repository.support.FlowDbRepositoryFactory;
import io.flowdb.json.JsonDB;
import io.flowdb.json.SchemaMode;
import java.util.List;
import java.util.Set;

/** A database in memory with the stores of some entities. */
public final class TestDatabase implements AutoCloseable {

    private final JsonDB db;
    private final FlowDbTemplate template;

    private TestDatabase(JsonDB db, FlowDbTemplate template) {
        this.db = db;
        this.template = template;
    }

    public static JsonDB open() {
        return JsonDB.on(Engine.open(Config.builder().inMemory(true).build()));
    }

    public static TestDatabase with(Class<?>... entities) {
        return with(List.of(), entities);
    }

    public static TestDatabase with(List<?> converters, Class<?>... entities) {
        JsonDB db = open();
        FlowDbCustomConversions conversions = new FlowDbCustomConversions(converters);
        FlowDbMappingContext context = new FlowDbMappingContext();
        context.setSimpleTypeHolder(conversions.getSimpleTypeHolder());
        context.setInitialEntitySet(Set.of(entities));
        context.afterPropertiesSet();
        MappingFlowDbConverter converter = new MappingFlowDbConverter(context, conversions);
        db.applySchemas(new StoreSchemas(converter).of(List.of(entities)), SchemaMode.UPDATE);
        return new TestDatabase(db, new FlowDbTemplate(db, converter));
    }

    public <R> R repository(Class<R> type) {
        return new FlowDbRepositoryFactory(template).getRepository(type);
    }

    public FlowDbTemplate template() {
        return template;
    }

    public JsonDB db() {
        return db;
    }

    @Override
    public void close() {
        db.close();
    }
}
