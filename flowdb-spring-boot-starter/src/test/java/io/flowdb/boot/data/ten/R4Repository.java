package io.flowdb.boot.data.ten;

import io.flowdb.boot.data.ten.Entities.E4;
import io.flowdb.data.repository.FlowDbRepository;
import io.flowdb.data.repository.Query;
import java.util.List;
import java.util.Optional;
import org.springframework.data.domain.Page;
import org.springframework.data.domain.Pageable;

/** Repository 4. */
interface R4Repository extends FlowDbRepository<E4, String> {
    Optional<E4> findByCode(String code);

    Page<E4> findByOwnerOrderByRankDesc(String owner, Pageable page);

    @Query("owner = :owner and rank >= ?2")
    List<E4> ranked(String owner, int rank);

    long countByOwner(String owner);
}
