/*
 * A ledger of balances, as token programs keep one. An account of 48 bytes holds authority, balance and how often it
 * was moved. Instructions: 0 sets up (account, authority); 1 issues an amount (account, authority); 2 moves an amount
 * (from, to, authority) and takes a fee in parts of ten thousand for the third instruction word.
 */
#include <sbpf.h>

typedef struct {
	u8 authority[32];
	u64 balance;
	u64 moves;
} entry;

typedef struct {
	u64 amount;
	u64 fee;
	u64 received;
} receipt;

enum { ALREADY_SET_UP = 1, NOT_AUTHORISED = 2, OVERFLOW = 3 };

static u64 own_entry(const account_info *account, const u8 *program_id, entry **found)
{
	if (!same_key(account->owner, program_id))
		return ERROR_INCORRECT_PROGRAM_ID;
	if (account->data_length != sizeof(entry) || !account->is_writable)
		return ERROR_INVALID_ACCOUNT_DATA;
	*found = (entry *)account->data;
	return SUCCESS;
}

static u64 authorised(const entry *from, const account_info *authority)
{
	if (!same_key(from->authority, authority->key))
		return NOT_AUTHORISED;
	return authority->is_signer ? SUCCESS : ERROR_MISSING_REQUIRED_SIGNATURE;
}

/* More arguments than there are registers, and a result larger than one. */
static __attribute__((noinline)) receipt move(entry *from, entry *to, u64 amount, u64 parts, u64 of, bool round_up,
					      u64 *error)
{
	receipt done = { amount, 0, 0 };
	u64 scaled;
	if (from->balance < amount) {
		*error = ERROR_INSUFFICIENT_FUNDS;
		return done;
	}
	if (__builtin_mul_overflow(amount, parts, &scaled)) {
		*error = OVERFLOW;
		return done;
	}
	done.fee = scaled / of + (round_up && scaled % of != 0);
	done.received = amount - done.fee;
	from->balance -= amount;
	if (__builtin_add_overflow(to->balance, done.received, &to->balance))
		*error = OVERFLOW;
	from->moves++;
	to->moves++;
	return done;
}

u64 entrypoint(u8 *input)
{
	account_info accounts[4];
	program_input in;
	if (!sbpf_read_input(input, accounts, 4, &in))
		return ERROR_INVALID_ARGUMENT;
	if (in.account_count < 2)
		return ERROR_NOT_ENOUGH_ACCOUNT_KEYS;
	if (in.data_length < 1)
		return ERROR_INVALID_INSTRUCTION_DATA;
	entry *from, *to;
	u64 amount = 0, parts = 0, error = own_entry(&accounts[0], in.program_id, &from);
	if (error)
		return error;
	if (in.data_length >= 9)
		memcpy(&amount, in.data + 1, 8);
	if (in.data_length >= 17)
		memcpy(&parts, in.data + 9, 8);
	switch (in.data[0]) {
	case 0:
		for (int i = 0; i < 32; i++)
			if (from->authority[i])
				return ALREADY_SET_UP;
		memcpy(from->authority, accounts[1].key, 32);
		LOG("ledger: set up");
		return SUCCESS;
	case 1:
		if ((error = authorised(from, &accounts[1])))
			return error;
		if (__builtin_add_overflow(from->balance, amount, &from->balance))
			return OVERFLOW;
		LOG("ledger: issued");
		return SUCCESS;
	case 2: {
		if (in.account_count < 3)
			return ERROR_NOT_ENOUGH_ACCOUNT_KEYS;
		if ((error = own_entry(&accounts[1], in.program_id, &to)))
			return error;
		if ((error = authorised(from, &accounts[2])))
			return error;
		receipt done = move(from, to, amount, parts, 10000, true, &error);
		if (error)
			return error;
		LOG("ledger: moved");
		sol_log_64_(done.amount, done.fee, done.received, from->balance, to->balance);
		sol_set_return_data((const u8 *)&done, sizeof(done));
		return SUCCESS;
	}
	default:
		return ERROR_INVALID_INSTRUCTION_DATA;
	}
}
