/** The secret of every door in the bench. It protects nothing. */
export const webhookSecret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
