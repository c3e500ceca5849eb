package io.flowdb.boot.plain;

import io.flowdb.data.repository.FlowDbRepository;

/** A repository of something that is no entity. */
public interface PlainRepository extends FlowDbRepository<PlainRepository.Plain, String> {

    /** Without {@code @ObjectStore}. */
    record Plain(String id) {}
}
