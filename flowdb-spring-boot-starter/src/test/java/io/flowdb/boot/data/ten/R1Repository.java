package io.flowdb.boot.data.ten;

import io.flowdb.boot.data.ten.Entities.E1;
import io.flowdb.data.repository.FlowDbRepository;
import io.flowdb.data.repository.Query;
import java.util.List;
import java.util.Optional;
import org.springframework.data.domain.Page;
import org.springframework.data.domain.Pageable;

/** Repository 1. */
interface R1Repository extends FlowDbRepository<E1, String> {
    Optional<E1> findByCode(String code);

    Page<E1> findByOwnerOrderByRankDesc(String owner, Pageable page);

    @Query("owner = :owner and rank >= ?2")
    List<E1> ranked(String owner, int rank);

    long countByOwner(String owner);
}
