package io.flowdb.boot.data.ten;

import io.flowdb.boot.data.ten.Entities.E5;
import io.flowdb.data.repository.FlowDbRepository;
import io.flowdb.data.repository.Query;
import java.util.List;
import java.util.Optional;
import org.springframework.data.domain.Page;
import org.springframework.data.domain.Pageable;

/** Repository 5. */
interface R5Repository extends FlowDbRepository<E5, String> {
    Optional<E5> findByCode(String code);

    Page<E5> findByOwnerOrderByRankDesc(String owner, Pageable page);

    @Query("owner = :owner and rank >= ?2")
    List<E5> ranked(String owner, int rank);

    long countByOwner(String owner);
}
