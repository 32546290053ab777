package io.barnabas.server;

import io.barnabas.coordinator.Reply;
import io.barnabas.coordinator.transaction.TransactionCoordinator;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.DescribeTransactionsRequest;
import io.barnabas.protocol.message.DescribeTransactionsResponse;
import io.barnabas.protocol.message.DescribeTransactionsResponse.TransactionState;

/** Describes transactional ids (KIP-664). */
final class DescribeTransactionsHandler implements RequestHandler<DescribeTransactionsRequest> {
    private final TransactionCoordinator transactions;

    DescribeTransactionsHandler(TransactionCoordinator transactions) {
        this.transactions = transactions;
    }

    @Override
    public void handle(RequestContext context, DescribeTransactionsRequest request) {
        var pending = new Pending(context);
        for (var id : request.transactionalIds()) pending.ask(id);
        pending.close();
    }

    /** A request of which some ids are not described. Owned by the connection's loop. */
    private final class Pending {
        private final RequestContext context;
        private final DescribeTransactionsResponse response = new DescribeTransactionsResponse();
        /** Ids without an answer, and one more until all are asked about. */
        private int open = 1;

        Pending(RequestContext context) {
            this.context = context;
        }

        void ask(String id) {
            int place = response.transactionStates().size();
            response.transactionStates().add(refusal(id, ErrorCode.INVALID_REQUEST));
            if (id.isEmpty()) return;
            open++;
            transactions.describe(id, Reply.of(state -> onAnswered(place, state), error -> onAnswered(place, refusal(id, error))));
        }

        private void onAnswered(int place, TransactionState state) {
            Runnable task = () -> {
                response.transactionStates().set(place, state);
                close();
            };
            if (context.loop().isCurrent()) task.run();
            else context.loop().execute(task);
        }

        void close() {
            if (--open == 0) context.answer(response);
        }
    }

    private static TransactionState refusal(String id, ErrorCode error) {
        return new TransactionState().setTransactionalId(id).setErrorCode(error.code());
    }
}
