package io.flowdb.data.spring;

import io.flowdb.data.TestDatabase;
import io.flowdb.data.repository.config.AbstractFlowDbConfiguration;
import io.flowdb.json.JsonDB;
import org.springframework.transaction.annotation.EnableTransactionManagement;

/** The application of a test: a database in memory and transactions; what a test adds are repositories and beans. */
@EnableTransactionManagement
abstract class InMemoryConfiguration extends AbstractFlowDbConfiguration {

    @Override
    public JsonDB flowDbDatabase() {
        return TestDatabase.open();
    }
}
