package io.flowdb.boot.data.ten;

import io.flowdb.boot.data.ten.Entities.E2;
import io.flowdb.data.repository.FlowDbRepository;
import io.flowdb.data.repository.Query;
import java.util.List;
import java.util.Optional;
import org.springframework.data.domain.Page;
import org.springframework.data.domain.Pageable;

/** Repository 2. */
interface R2Repository extends FlowDbRepository<E2, String> {
    Optional<E2> findByCode(String code);

    Page<E2> findByOwnerOrderByRankDesc(String owner, Pageable page);

    @Query("owner = :owner and rank >= ?2")
    List<E2> ranked(String owner, int rank);

    long countByOwner(String owner);
}
