package io.barnabas.server;

import com.google.re2j.PatternSyntaxException;
import io.barnabas.coordinator.Reply;
import io.barnabas.coordinator.transaction.TransactionCoordinator;
import io.barnabas.coordinator.transaction.TransactionFilter;
import io.barnabas.coordinator.transaction.TransactionSummary;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.ListTransactionsRequest;
import io.barnabas.protocol.message.ListTransactionsResponse;
import io.barnabas.protocol.message.ListTransactionsResponse.TransactionState;
import java.util.List;

/** Lists the transactional ids that this broker coordinates (KIP-664, KIP-994, KIP-1152). */
final class ListTransactionsHandler implements RequestHandler<ListTransactionsRequest> {
    private final TransactionCoordinator transactions;

    ListTransactionsHandler(TransactionCoordinator transactions) {
        this.transactions = transactions;
    }

    @Override
    public void handle(RequestContext context, ListTransactionsRequest request) {
        TransactionFilter filter;
        try {
            filter = TransactionFilter.of(request.stateFilters(), request.producerIdFilters(), request.durationFilter(), request.transactionalIdPattern());
        } catch (PatternSyntaxException e) {
            context.answer(new ListTransactionsResponse().setErrorCode(ErrorCode.INVALID_REGULAR_EXPRESSION.code()));
            return;
        }
        var pending = new Pending(context, filter);
        transactions.list(filter, pending::reply);
        pending.close();
    }

    /** A request of which some shards have not answered. Owned by the connection's loop. */
    private static final class Pending {
        private final RequestContext context;
        private final ListTransactionsResponse response = new ListTransactionsResponse();
        /** Shards without an answer, and one more until all are asked. */
        private int open = 1;

        Pending(RequestContext context, TransactionFilter filter) {
            this.context = context;
            response.unknownStateFilters().addAll(filter.unknownStates());
        }

        Reply<List<TransactionSummary>> reply() {
            open++;
            return Reply.of(this::onListed, this::onFailed);
        }

        private void onListed(List<TransactionSummary> some) {
            atHome(() -> {
                for (var each : some) {
                    response.transactionStates().add(new TransactionState()
                            .setTransactionalId(each.transactionalId()).setProducerId(each.producerId()).setTransactionState(each.state()));
                }
                close();
            });
        }

        /** What is led elsewhere is listed there; what is being loaded makes the list incomplete. */
        private void onFailed(ErrorCode error) {
            atHome(() -> {
                if (error != ErrorCode.NOT_COORDINATOR) response.setErrorCode(error.code());
                close();
            });
        }

        private void atHome(Runnable task) {
            if (context.loop().isCurrent()) task.run();
            else context.loop().execute(task);
        }

        void close() {
            if (--open > 0) return;
            if (response.errorCode() != ErrorCode.NONE.code()) response.transactionStates().clear();
            context.answer(response);
        }
    }
}
