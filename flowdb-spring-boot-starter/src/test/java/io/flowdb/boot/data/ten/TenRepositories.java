package io.flowdb.boot.data.ten;

import io.flowdb.boot.data.ten.Entities.E0;
import io.flowdb.data.repository.FlowDbRepository;
import org.springframework.beans.factory.BeanFactory;

/** Repositories for tests of other packages. */
public final class TenRepositories {
    private TenRepositories() {}

    /** That of the first entity. */
    public static FlowDbRepository<E0, String> first(BeanFactory beans) {
        return beans.getBean(R0Repository.class);
    }
}
