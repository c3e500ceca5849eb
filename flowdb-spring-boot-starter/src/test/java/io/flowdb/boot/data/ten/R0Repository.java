package io.flowdb.boot.data.ten;

import io.flowdb.boot.data.ten.Entities.E0;
import io.flowdb.data.repository.FlowDbRepository;
import io.flowdb.data.repository.Query;
import java.util.List;
import java.util.Optional;
import org.springframework.data.domain.Page;
import org.springframework.data.domain.Pageable;

/** Repository 0. */
interface R0Repository extends FlowDbRepository<E0, String> {
    Optional<E0> findByCode(String code);

    Page<E0> findByOwnerOrderByRankDesc(String owner, Pageable page);

    @Query("owner = :owner and rank >= ?2")
    List<E0> ranked(String owner, int rank);

    long countByOwner(String owner);
}
