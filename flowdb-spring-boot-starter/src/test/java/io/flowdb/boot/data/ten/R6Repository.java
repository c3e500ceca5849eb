package io.flowdb.boot.data.ten;

import io.flowdb.boot.data.ten.Entities.E6;
import io.flowdb.data.repository.FlowDbRepository;
import io.flowdb.data.repository.Query;
import java.util.List;
import java.util.Optional;
import org.springframework.data.domain.Page;
import org.springframework.data.domain.Pageable;

/** Repository 6. */
interface R6Repository extends FlowDbRepository<E6, String> {
    Optional<E6> findByCode(String code);

    Page<E6> findByOwnerOrderByRankDesc(String owner, Pageable page);

    @Query("owner = :owner and rank >= ?2")
    List<E6> ranked(String owner, int rank);

    long countByOwner(String owner);
}
