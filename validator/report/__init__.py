"""Result + plan -> report: findings, decisions, amounts, what differs between two."""
